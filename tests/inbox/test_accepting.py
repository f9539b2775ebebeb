from dialogues.models import Visitor
from routing.models import Because
from tests.inbox.conftest import words_of


def press(browser, offer, verb, **options):
    return browser.post(f"/inbox/offers/{offer.pk}/{verb}/", **options)


def test_alice_sees_who_would_like_to_chat_and_why_she_is_asked(at_alice_s, requested):
    requested()

    page = at_alice_s.get("/inbox/")

    assert "Vera would like to chat" in words_of(page)
    assert "Pricing dialogue · /pricing · routed to you by round robin" in words_of(page)
    assert 'role="alert"' in page.content.decode()


def test_a_visitor_without_a_name_gets_one(at_alice_s, requested, another_visitor):
    conversation = requested(another_visitor())
    Visitor.objects.filter(pk=conversation.visitor_id).update(attributes={})

    page = at_alice_s.get("/inbox/")

    assert f"Visitor {conversation.visitor.key.hex[:4].upper()} would like to chat" in words_of(page)


def test_the_banner_is_on_alice_s_other_pages_too(at_alice_s, requested):
    requested()

    assert "Vera would like to chat" in words_of(at_alice_s.get("/profile/"))


def test_the_seconds_that_are_left_come_from_the_server(at_alice_s, requested, clock):
    requested()
    clock.move(seconds=40)

    page = at_alice_s.get("/inbox/").content.decode()

    assert 'seconds="60.0"' in page or 'seconds="59.9"' in page


def test_of_several_offers_the_oldest_comes_first(at_alice_s, requested, another_visitor):
    requested()
    requested(another_visitor())

    page = words_of(at_alice_s.get("/inbox/"))

    assert "Vera would like to chat 1 of 2" in page
    assert page.count("would like to chat") == 1


def test_nobody_else_is_shown_the_offer(requested, alice, bob, signed_in):
    requested()

    assert "would like to chat" not in words_of(signed_in(bob).get("/inbox/"))


def test_alice_accepts_and_stands_in_the_conversation(at_alice_s, alice, requested):
    conversation = requested()
    assert words_of(at_alice_s.get("/inbox/?tab=all")).count("Vera") == 1  # the banner

    page = press(at_alice_s, conversation.live_chat.offers.get(), "accept", follow=True)

    assert page.redirect_chain == [(f"/inbox/{conversation.pk}/", 302)]
    assert "Alice joined the chat" in words_of(page)
    conversation.live_chat.refresh_from_db()
    assert conversation.live_chat.agent == alice


def test_a_double_click_on_accept_leads_to_the_chat(at_alice_s, requested):
    conversation = requested()
    offer = conversation.live_chat.offers.get()

    pages = [press(at_alice_s, offer, "accept", follow=True) for _ in range(2)]

    assert [page.redirect_chain for page in pages] == 2 * [[(f"/inbox/{conversation.pk}/", 302)]]
    assert "no longer" not in words_of(pages[1])


def test_alice_is_told_that_she_is_too_late(at_alice_s, requested, clock):
    conversation = requested()
    clock.move(seconds=100)

    page = press(at_alice_s, conversation.live_chat.offers.get(), "accept", follow=True)

    assert page.redirect_chain == [("/inbox/", 302)]
    assert "The time to accept this chat is over." in words_of(page)
    conversation.live_chat.refresh_from_db()
    assert conversation.live_chat.state == "offered"


def test_an_offer_whose_time_is_up_is_not_shown(at_alice_s, requested, clock):
    requested()
    clock.move(seconds=100)

    assert "would like to chat" not in words_of(at_alice_s.get("/inbox/offers/"))


def test_alice_is_told_that_vera_stopped_waiting(at_alice_s, requested):
    conversation = requested()
    conversation.live_chat.cancel()

    page = press(at_alice_s, conversation.live_chat.offers.get(), "accept", follow=True)

    assert "This chat is no longer offered to you." in words_of(page)


def test_bob_cannot_accept_what_alice_is_asked(requested, alice, bob, signed_in):
    conversation = requested()

    answer = press(signed_in(bob), conversation.live_chat.offers.get(), "accept")

    assert answer.status_code == 404
    conversation.live_chat.refresh_from_db()
    assert conversation.live_chat.state == "offered"


def test_looking_at_the_address_accepts_nothing(at_alice_s, requested):
    offer = requested().live_chat.offers.get()

    assert at_alice_s.get(f"/inbox/offers/{offer.pk}/accept/").status_code == 405


def test_what_a_visitor_typed_as_a_name_is_only_ever_text(at_alice_s, requested, another_visitor):
    conversation = requested(another_visitor())
    Visitor.objects.filter(pk=conversation.visitor_id).update(
        attributes={"first_name": "<img src=x onerror=alert(1)>"}
    )
    type(conversation).objects.filter(pk=conversation.pk).update(page="http://[<script>")

    page = at_alice_s.get("/inbox/").content.decode()

    assert "<img src=x" not in page
    assert "<script>" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_everyone_asked_hears_what_becomes_of_it(requested, alice, bob, news):
    conversation = requested()

    heard = news(lambda: conversation.live_chat.accept(alice))

    assert {pane for topic, pane in heard if topic == f"agent:{alice.pk}"} >= {
        "offers",
        "list",
        "conversation",
    }
    assert not [topic for topic, _ in heard if topic == f"agent:{bob.pk}"]


def test_a_chat_that_ended_before_a_late_second_click_is_still_shown(at_alice_s, requested):
    conversation = requested()
    offer = conversation.live_chat.offers.get()
    press(at_alice_s, offer, "accept")
    conversation.live_chat.refresh_from_db()
    conversation.live_chat.end(because=Because.VISITOR)

    page = press(at_alice_s, offer, "accept", follow=True)

    assert "The chat has ended" in words_of(page)
