from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from routing.models import Because, FallbackMessage, LiveChat, State, TooLate, Workspace
from routing.signals import live_chat_changed
from tests.routing.conftest import asked, outcomes

# Being asked


def test_a_request_is_offered_to_an_agent_for_a_hundred_seconds(ask, alice):
    live_chat = ask(first_name="Vera")

    offer = live_chat.offers.get()
    assert live_chat.state == State.OFFERED
    assert live_chat.attributes == {"first_name": "Vera"}
    assert offer.agent == alice
    assert offer.expires_at - offer.made_at == timedelta(seconds=100)


def test_with_nobody_there_the_visitor_reads_the_fallback_message(ask):
    lunch = FallbackMessage.objects.create(name="Lunch")
    lunch.texts.create(html="We are at lunch.")
    Workspace.objects.update(fallback_message=lunch)

    live_chat = ask()

    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.NOBODY)
    assert live_chat.fallback_message == "We are at lunch."
    assert live_chat.ended_at


def test_a_visitor_has_one_open_live_chat(alice, round_robin, rows):
    vera = uuid4()
    LiveChat.request(visitor_key=vera, route=round_robin, attributes={})
    before = rows()

    with pytest.raises(TooLate):
        LiveChat.request(visitor_key=vera, route=round_robin, attributes={})

    assert rows() == before


def test_a_visitor_can_ask_again_when_the_last_live_chat_is_over(alice, round_robin):
    vera = uuid4()
    LiveChat.request(visitor_key=vera, route=round_robin, attributes={}).cancel()

    again = LiveChat.request(visitor_key=vera, route=round_robin, attributes={})

    assert again.state == State.OFFERED


# Accepting


def test_alice_accepts_and_the_chat_is_hers(ask, alice, clock):
    live_chat = ask()

    live_chat.accept(alice)

    live_chat.refresh_from_db()
    assert (live_chat.state, live_chat.agent, live_chat.ended_at) == (State.ACTIVE, alice, None)
    assert clock() - live_chat.accepted_at < timedelta(seconds=1)
    assert outcomes(live_chat) == ["accepted"]


@pytest.mark.parametrize("seconds", [0, 99.9, 99.999999])
def test_alice_can_accept_for_a_hundred_seconds(ask, alice, clock, seconds):
    live_chat = ask()

    clock.stand_at(live_chat.offers.get().made_at + timedelta(seconds=seconds))
    live_chat.accept(alice)

    assert live_chat.state == State.ACTIVE


@pytest.mark.parametrize("seconds", [100, 100.1])
def test_alice_is_too_late_after_a_hundred_seconds(ask, alice, clock, rows, seconds):
    live_chat = ask()
    before = rows()

    clock.stand_at(live_chat.offers.get().made_at + timedelta(seconds=seconds))
    with pytest.raises(TooLate, match="over"):
        live_chat.accept(alice)

    assert rows() == before


def test_only_who_is_asked_can_accept(ask, alice, carol, rows):
    live_chat = ask()
    before = rows()

    with pytest.raises(TooLate, match="no longer offered to you"):
        live_chat.accept(carol)

    assert rows() == before


def test_alice_may_switch_to_away_and_still_accept_what_she_was_asked(ask, alice):
    live_chat = ask()

    alice.switch(available=False)
    live_chat.accept(alice)

    assert live_chat.state == State.ACTIVE


def test_the_visitor_keeps_the_name_and_picture_of_the_accept(ask, alice):
    live_chat = ask()
    alice.picture.save("alice.png", ContentFile(b"a face"), save=True)
    picture = alice.picture.name

    live_chat.accept(alice)
    alice.picture.delete(save=False)
    alice.name = "Alice Jones"
    alice.save()

    live_chat.refresh_from_db()
    assert (live_chat.agent_name, live_chat.agent_picture) == ("Alice", picture)


def test_the_name_and_picture_are_those_at_the_accept_not_those_the_page_knew(ask, alice):
    live_chat = ask()
    type(alice).objects.filter(pk=alice.pk).update(name="Alice Jones", picture="pictures/new.png")

    live_chat.accept(alice)

    assert (live_chat.agent_name, live_chat.agent_picture) == ("Alice Jones", "pictures/new.png")


# Cancelling and ending


def test_the_visitor_stops_waiting_and_nothing_failed(ask, alice):
    live_chat = ask()

    live_chat.cancel()

    assert (live_chat.state, live_chat.because) == (State.ENDED, Because.CANCELLED)
    assert (live_chat.accepted_at, live_chat.agent, live_chat.fallback_message) == (None, None, "")
    assert outcomes(live_chat) == ["withdrawn"]


@pytest.mark.parametrize("because", [Because.AGENT, Because.VISITOR, Because.IDLE])
def test_an_active_chat_ends_and_keeps_who_answered(ask, alice, because):
    live_chat = ask()
    live_chat.accept(alice)

    live_chat.end(because=because)

    live_chat.refresh_from_db()
    assert (live_chat.state, live_chat.because, live_chat.agent) == (State.ENDED, because, alice)
    assert live_chat.ended_at >= live_chat.accepted_at
    assert asked(live_chat) == ["Alice"]


# News


def test_every_verb_tells_once_what_became_of_the_chat(ask, alice, bob, to_sales):
    heard = []

    def hear(live_chat, **kwargs):
        heard.append(live_chat.state)

    live_chat_changed.connect(hear)
    try:
        live_chat = ask(to_sales)
        live_chat.decline(alice)
        live_chat.expire_offer()
        live_chat.accept(bob)
        live_chat.end(because=Because.AGENT)
    finally:
        live_chat_changed.disconnect(hear)

    assert heard == ["offered", "offered", "active", "ended"]
