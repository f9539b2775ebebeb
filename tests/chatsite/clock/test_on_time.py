"""Nothing happens too early, and nothing more than two seconds late."""

from datetime import timedelta

import pytest

from dialogues.document import Branch, Document, LiveChatCard, QuestionCard, Response
from dialogues.models import Conversation, Visitor
from routing.models import Because, Offer, State
from tests.chatsite.clock.conftest import (
    assert_on_time,
    by_a_worker,
    move_to_the_first,
    seconds_late,
    wait_for_looks,
)
from tests.product import wait_until


@pytest.fixture
def at_the_live_chat_card(publish):
    """A conversation that stands on its live chat card, as it does between two transactions."""

    def at_the_live_chat_card(visitor, route):
        yes = Response(
            id="yes", text="Yes", branch=Branch(end=LiveChatCard(id="chat", route=route.pk, connecting="…"))
        )
        stream = publish(Document(start=Branch(end=QuestionCard(id="talk", text="Talk?", responses=[yes]))))
        conversation = Conversation.start(visitor, stream)
        conversation.answer("talk", "yes")
        return conversation

    return at_the_live_chat_card


def test_offers_expire_on_time(product, soon_due):
    soon_due(20)

    assert_on_time(seconds_late())


def test_it_is_the_worker_that_does_it(product, alice, requested, clock):
    requested()
    clock.move(seconds=99.9)

    with by_a_worker(product):
        assert_on_time(seconds_late())


def test_alice_keeps_her_offer_for_the_whole_hundred_seconds(product, alice, requested, clock):
    requested()
    clock.move(seconds=98.4)

    wait_for_looks(2)

    assert Offer.objects.open().exists()
    assert_on_time(seconds_late())


def test_a_team_asks_alice_then_bob_and_then_vera_reads_the_fallback(
    product, alice, bob, to_sales, vera, clock, at_the_live_chat_card
):
    conversation = at_the_live_chat_card(vera, to_sales)
    conversation.request_live_chat()

    for agent in (alice, bob):
        wait_until(lambda agent=agent: Offer.objects.open().filter(agent=agent).exists())
        clock.move(seconds=100)

    assert_on_time(seconds_late())
    conversation.refresh_from_db()
    assert conversation.live_chat.because == Because.MISSED
    assert conversation.messages.last().body == conversation.live_chat.fallback_message


def test_a_quiet_chat_is_warned_after_eight_minutes_and_ends_after_ten(product, talking, clock):
    live_chat = talking.live_chat

    clock.move(minutes=8)
    wait_until(lambda: Conversation.objects.get().warned_at)
    clock.move(minutes=2)
    wait_until(lambda: Conversation.objects.get().ended_at)

    talking.refresh_from_db()
    live_chat.refresh_from_db()
    began = live_chat.accepted_at
    assert timedelta(minutes=8) <= talking.warned_at - began <= timedelta(minutes=8, seconds=2)
    assert timedelta(minutes=10) <= live_chat.ended_at - began <= timedelta(minutes=10, seconds=2)
    assert live_chat.because == Because.IDLE


def test_a_crash_between_the_answer_and_the_request_leaves_nobody_waiting(
    product, alice, round_robin, vera, clock, at_the_live_chat_card
):
    began = clock()

    conversation = at_the_live_chat_card(vera, round_robin)

    wait_until(lambda: Offer.objects.open().exists())
    conversation.refresh_from_db()
    assert conversation.live_chat.state == State.OFFERED
    assert conversation.live_chat.requested_at - began <= timedelta(seconds=2)


def test_the_request_of_the_page_itself_is_not_made_twice(
    product, alice, round_robin, clock, at_the_live_chat_card
):
    """The clock may look just before it comes, or just after nobody was found."""
    conversations = [at_the_live_chat_card(Visitor.objects.create(), round_robin) for _ in range(12)]

    wait_until(lambda: not Conversation.objects.waiting_for_request().exists())

    for conversation in conversations:
        conversation.refresh_from_db()
    assert len({conversation.live_chat_id for conversation in conversations}) == 12
    assert Offer.objects.count() == 10
    assert sorted(conversation.live_chat.state for conversation in conversations)[:2] == [State.FELL_BACK] * 2


def test_the_database_s_clock_may_jump(product, soon_due, clock):
    """Back, as when a clock that was wrong is put right: nothing is early. Forward: nothing is forgotten."""
    soon_due()
    clock.move(hours=-3)
    wait_for_looks(2)
    assert Offer.objects.open().count() == 10

    move_to_the_first(clock)
    assert_on_time(seconds_late())


def test_what_became_due_while_nobody_looked_is_dealt_with_at_once(product, soon_due, clock):
    soon_due()
    clock.move(hours=5)
    jumped_at = clock()

    assert min(seconds_late()) > 4 * 3600
    assert Offer.objects.latest("closed_at").closed_at - jumped_at <= timedelta(seconds=2)
