from playwright.sync_api import expect

from routing.models import Workspace
from routing.models.fallback_message import standard_in
from tests.product import wait_until


def test_alice_and_bob_miss_vera_and_are_told_by_mail(
    vera_at_shop, alice_at_inbox, bob_at_inbox, clock, post_office
):
    # The clock leaps further than the beats of their pages say that they are here.
    Workspace.objects.update(only_reachable=False)
    alice_at_inbox.switch_on()
    bob_at_inbox.switch_on()
    vera_at_shop.ask_for_an_agent()
    expect(alice_at_inbox.offer()).to_be_visible()
    expect(bob_at_inbox.offer()).to_be_hidden()

    clock.move(seconds=100)
    expect(bob_at_inbox.offer()).to_be_visible()
    expect(alice_at_inbox.offer()).to_be_hidden()
    expect(vera_at_shop.waits()).to_be_visible()

    clock.move(seconds=100)
    expect(vera_at_shop.transcript()).to_contain_text(standard_in("en"))
    expect(bob_at_inbox.offer()).to_be_hidden()
    expect(vera_at_shop.chat.get_by_role("button", name="Start a new chat")).to_be_visible()
    told = {"alice@acme.example", "bob@acme.example", "max@acme.example"}
    wait_until(lambda: told <= set(post_office.addresses), seconds=20)
