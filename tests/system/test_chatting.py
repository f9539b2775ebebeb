from playwright.sync_api import expect

from tests.system.conftest import PASSWORD, AtInbox


def test_vera_chats_with_alice_until_alice_ends_it(vera_at_shop, somebody, shop):
    page = somebody()
    page.goto(f"{shop.url}/inbox/")
    page.get_by_role("textbox", name="Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    alice = AtInbox(page, shop.url)
    expect(page.get_by_role("heading", name="Agent Inbox")).to_be_visible()
    alice.switch_on()

    vera_at_shop.ask_for_an_agent()
    expect(vera_at_shop.waits()).to_be_visible()
    expect(alice.offer()).to_be_visible()
    alice.accept()
    alice.write("Hello Vera, what can I do for you?")
    expect(vera_at_shop.transcript()).to_contain_text("Hello Vera, what can I do for you?")
    vera_at_shop.write("Does Prime include the API?")
    expect(alice.transcript()).to_contain_text("Does Prime include the API?")

    page.get_by_role("button", name="End session").first.click()
    page.get_by_role("dialog").get_by_role("button", name="End session").click()
    expect(vera_at_shop.chat.get_by_text("The chat has ended", exact=True)).to_be_visible()
    expect(vera_at_shop.chat.get_by_role("button", name="Start a new chat")).to_be_visible()
    expect(page.get_by_role("link", name="Download transcript")).to_be_visible()


def test_a_reload_keeps_the_conversation(vera_at_shop, alice_at_inbox):
    alice_at_inbox.switch_on()
    vera_at_shop.ask_for_an_agent()
    alice_at_inbox.accept()
    alice_at_inbox.write("Good morning")
    expect(vera_at_shop.transcript()).to_contain_text("Good morning")

    vera_at_shop.page.reload()
    vera_at_shop.page.get_by_role("button", name="Open chat").click()
    alice_at_inbox.page.reload()

    expect(vera_at_shop.transcript()).to_contain_text("Good morning")
    vera_at_shop.write("I am back")
    expect(alice_at_inbox.transcript()).to_contain_text("I am back")


def test_just_looking_ends_with_a_word(vera_at_shop):
    vera_at_shop.open()

    vera_at_shop.chat.get_by_role("button", name="Just looking").click()

    expect(vera_at_shop.transcript()).to_contain_text("No problem, we are here when you need us.")
    vera_at_shop.chat.get_by_role("button", name="Start a new chat").click()
    expect(vera_at_shop.chat.get_by_role("button", name="Yes, please")).to_be_visible()


def test_vera_stops_waiting(vera_at_shop, alice_at_inbox):
    alice_at_inbox.switch_on()
    vera_at_shop.ask_for_an_agent()
    expect(alice_at_inbox.offer()).to_be_visible()

    vera_at_shop.chat.get_by_role("button", name="Cancel").click()

    expect(vera_at_shop.chat.get_by_text("The chat has ended", exact=True)).to_be_visible()
    expect(alice_at_inbox.offer()).to_be_hidden()


def test_vera_ends_the_chat(vera_at_shop, alice_at_inbox):
    alice_at_inbox.switch_on()
    vera_at_shop.ask_for_an_agent()
    alice_at_inbox.accept()
    expect(vera_at_shop.chat.get_by_role("heading", name="Alice")).to_be_visible()

    vera_at_shop.chat.get_by_role("button", name="End chat").click()
    vera_at_shop.chat.get_by_role("button", name="Yes, end it").click()

    expect(vera_at_shop.chat.get_by_text("The chat has ended", exact=True)).to_be_visible()
    expect(alice_at_inbox.page.get_by_text("Vera ended the chat").first).to_be_visible()
