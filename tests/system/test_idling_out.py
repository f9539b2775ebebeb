from playwright.sync_api import expect

WARNING = "This chat ends in 2 minutes unless someone writes"


def test_ten_quiet_minutes_end_the_chat(vera_at_shop, alice_at_inbox, clock):
    alice_at_inbox.switch_on()
    vera_at_shop.ask_for_an_agent()
    alice_at_inbox.accept()
    vera_at_shop.write("One moment, please")
    expect(alice_at_inbox.transcript()).to_contain_text("One moment, please")

    clock.move(minutes=8)
    expect(vera_at_shop.chat.get_by_text(WARNING)).to_be_visible()
    expect(alice_at_inbox.page.get_by_text(WARNING)).to_be_visible()

    vera_at_shop.write("I am still here")
    expect(vera_at_shop.chat.get_by_text(WARNING)).to_be_hidden()
    expect(alice_at_inbox.page.get_by_text(WARNING)).to_be_hidden()

    clock.move(minutes=10)
    expect(vera_at_shop.chat.get_by_text("The chat has ended", exact=True)).to_be_visible()
    expect(alice_at_inbox.page.get_by_text("The chat ended because nobody wrote").first).to_be_visible()
