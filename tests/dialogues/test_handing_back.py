"""What visitor and agents read when the agent has to leave in the middle of a chat."""

import pytest

from notifications.models import FailedAction
from routing.models import AgentPresence, State


@pytest.fixture
def handed_back(talking, alice, bob):
    """Alice was deactivated, and Bob is asked to take over."""
    alice.deactivate()
    talking.refresh_from_db()
    return talking


def said(conversation):
    return [message.body for message in conversation.messages.order_by("position")]


def test_vera_reads_that_alice_had_to_leave(handed_back):
    assert said(handed_back)[-1] == "Alice had to leave. We are looking for somebody else for you"


def test_alice_may_not_write_any_more_and_vera_may(handed_back):
    assert handed_back.live_agent_id is None
    assert handed_back.ended_at is None


def test_bob_joins_and_may_write(handed_back, bob):
    handed_back.live_chat.accept(bob)

    handed_back.refresh_from_db()
    assert said(handed_back)[-1] == "Bob joined the chat"
    assert handed_back.live_agent == bob


def test_it_is_said_once_however_many_are_asked(handed_back, bob, carol):
    before = said(handed_back)

    handed_back.live_chat.decline(bob)

    assert handed_back.live_chat.offers.open().get().agent == carol
    assert said(handed_back) == before


def test_where_nobody_takes_over_vera_reads_the_fallback_message_and_max_hears_of_it(talking, alice, max):
    alice.deactivate()

    talking.refresh_from_db()
    assert said(talking)[-2:] == [
        "Alice had to leave, and nobody could take over",
        talking.live_chat.fallback_message,
    ]
    assert talking.ended_at
    mails = FailedAction.objects.get(live_chat=talking.live_chat).mails
    assert [mail.address for mail in mails.all()] == ["max@parley.example"]


def test_a_chat_in_which_nobody_writes_meanwhile_ends_as_any_other(handed_back, bob, clock):
    for seconds in (480, 120):
        clock.move(seconds=seconds)
        handed_back.end_if_idle()

    handed_back.refresh_from_db()
    assert handed_back.live_chat.state == State.ENDED
    assert said(handed_back)[-1] == "The chat ended because nobody wrote for ten minutes"
    assert not handed_back.live_chat.offers.open().exists()


def test_who_has_no_page_open_is_not_asked_to_take_over(talking, alice, bob, carol, clock):
    AgentPresence.objects.filter(agent=bob).update(until=clock())

    alice.deactivate()

    assert talking.live_chat.offers.open().get().agent == carol
