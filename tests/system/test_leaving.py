from playwright.sync_api import expect

from dialogues.models import VisitorPresence
from tests.product import wait_until


def test_alice_reads_that_vera_has_left_and_that_she_is_back(vera_at_shop, alice_at_inbox, clock):
    alice_at_inbox.switch_on()
    vera_at_shop.ask_for_an_agent()
    alice_at_inbox.accept()
    head = alice_at_inbox.page.get_by_role("article", name="Chat with Vera").get_by_role(
        "heading", name="Vera"
    )
    item = alice_at_inbox.page.get_by_role("tabpanel").get_by_role("link", name="Vera")
    expect(head).to_have_text("Vera Live")

    # Minimised she is still here.
    vera_at_shop.page.get_by_role("button", name="Minimise chat").click()
    alice_at_inbox.write("Take your time")
    expect(vera_at_shop.page.get_by_role("button", name="Open chat, 1 unread")).to_be_visible()
    expect(head).to_have_text("Vera Live")

    shop = vera_at_shop.page.url
    vera_at_shop.page.goto("about:blank")
    wait_until(lambda: (VisitorPresence.objects.get().until - clock()).total_seconds() <= 30)
    expect(head).to_have_text("Vera Live")
    clock.move(seconds=30)
    expect(head).to_have_text("Vera Left")
    expect(item).to_contain_text("left")

    # A page she comes back to opens the line by itself: her chat is under way.
    vera_at_shop.page.goto(shop)
    expect(head).to_have_text("Vera Live")
    expect(item).not_to_contain_text("left")
