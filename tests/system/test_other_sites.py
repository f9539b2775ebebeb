from playwright.sync_api import expect

from tests.system.conftest import AtShop


def test_vera_chats_from_a_second_site(somebody, shop, alice_at_inbox):
    """The shop stands on localhost, the script and the frame come from 127.0.0.1: another site to a browser."""
    alice_at_inbox.switch_on()
    vera = AtShop(somebody(), shop.url, query=f"?script=http://127.0.0.1:{shop.port}")

    vera.ask_for_an_agent()
    alice_at_inbox.accept()
    vera.write("From next door")
    expect(alice_at_inbox.transcript()).to_contain_text("From next door")
    alice_at_inbox.write("Welcome")

    expect(vera.transcript()).to_contain_text("Welcome")
    assert vera.page.context.cookies() == []
    vera.page.reload()
    vera.page.get_by_role("button", name="Open chat").click()
    expect(vera.transcript()).to_contain_text("Welcome")
