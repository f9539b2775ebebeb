from dialogues.models import Conversation
from tests.inbox.conftest import words_of


def decline(browser, offer, **options):
    return browser.post(f"/inbox/offers/{offer.pk}/decline/", **options)


def test_alice_declines_and_the_banner_goes(at_alice_s, requested):
    conversation = requested()

    page = decline(at_alice_s, conversation.live_chat.offers.get(), follow=True)

    assert "would like to chat" not in words_of(page)
    conversation.live_chat.refresh_from_db()
    assert conversation.live_chat.state == "fell_back"


def test_what_alice_declines_goes_to_bob(
    at_alice_s, alice, bob, vera, to_sales, talk_to_sales, signed_in, news
):
    conversation = Conversation.start(vera, talk_to_sales)
    conversation.answer("talk", "yes")
    conversation.answer("name", "Vera")
    conversation.answer("mail", "vera@kern.example")
    conversation.route = to_sales
    conversation.request_live_chat()

    heard = news(lambda: decline(at_alice_s, conversation.live_chat.offers.get()))

    assert {(f"agent:{alice.pk}", "offers"), (f"agent:{bob.pk}", "offers")} <= set(heard)
    assert "Vera would like to chat" in words_of(signed_in(bob).get("/inbox/"))
    assert "would like to chat" not in words_of(at_alice_s.get("/inbox/"))


def test_after_declining_alice_goes_on_with_the_chat_she_was_in(
    at_alice_s, talking, requested, another_visitor
):
    there = f"http://testserver/inbox/{talking.pk}/"
    offer = requested(another_visitor()).live_chat.offers.get()

    assert decline(at_alice_s, offer, headers={"referer": there}).url == there


def test_declining_too_late_is_told_and_changes_nothing(at_alice_s, alice, requested):
    conversation = requested()
    conversation.live_chat.accept(alice)

    page = decline(at_alice_s, conversation.live_chat.offers.get(), follow=True)

    assert "This chat is no longer offered to you." in words_of(page)
    conversation.live_chat.refresh_from_db()
    assert conversation.live_chat.state == "active"


def test_bob_cannot_decline_for_alice(requested, alice, bob, signed_in):
    conversation = requested()

    assert decline(signed_in(bob), conversation.live_chat.offers.get()).status_code == 404
    assert conversation.live_chat.offers.open().exists()
