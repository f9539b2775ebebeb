"""Ten minutes without a typed message end a live chat; at eight both sides are warned. Never early."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from dialogues.models import Conversation
from routing.models import Because, State, TooLate
from tests.racing import at_every_pause


def write(conversation, *, author="visitor"):
    """What the message plane does when somebody types."""
    author_id = conversation.visitor_id if author == "visitor" else conversation.live_agent_id
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict FROM write_messages(%s::bigint[], %s::uuid[], %s::text[], %s::bigint[], %s::text[])",
            [[conversation.pk], [uuid4()], [author], [author_id], ["Hello"]],
        )
        assert cursor.fetchone() == ("ok",)


def look(conversation):
    """The clock's look, and the conversation after it."""
    Conversation.objects.get(pk=conversation.pk).end_if_idle()
    return Conversation.objects.select_related("live_chat").get(pk=conversation.pk)


@pytest.fixture
def after(talking, clock):
    """The conversation looked at, so many seconds after the accept."""

    def after(seconds):
        clock.stand_at(talking.live_chat.accepted_at + timedelta(seconds=seconds))
        return look(talking)

    return after


def seconds_to_look(conversation):
    return (conversation.look_at - conversation.live_chat.accepted_at).total_seconds()


@pytest.mark.parametrize("seconds", [0, 479.9, 479.999999])
def test_nobody_is_warned_before_eight_minutes(after, seconds):
    conversation = after(seconds)

    assert not conversation.is_warned
    assert seconds_to_look(conversation) == 480


@pytest.mark.parametrize("seconds", [480, 480.1, 599.9, 599.999999])
def test_both_sides_are_warned_at_eight_and_not_ended_before_ten(after, seconds):
    conversation = after(seconds)

    assert conversation.is_warned
    assert conversation.live_chat.state == State.ACTIVE
    assert seconds_to_look(conversation) == 600


@pytest.mark.parametrize("seconds", [600, 600.1, 5000])
def test_ten_quiet_minutes_end_it(after, seconds):
    conversation = after(seconds)

    assert (conversation.live_chat.state, conversation.live_chat.because) == (State.ENDED, Because.IDLE)
    assert conversation.messages.last().body == "The chat ended because nobody wrote for ten minutes"
    assert not conversation.is_warned
    assert conversation.look_at is None


def test_looking_again_does_nothing_more(after, talking):
    assert after(480).warned_at == after(500).warned_at

    after(600)
    lines = talking.messages.count()
    after(700)
    assert talking.messages.count() == lines


def test_only_whose_time_has_come_is_looked_at(talking, clock):
    def due():
        return list(Conversation.objects.to_look_at())

    accepted_at = talking.live_chat.accepted_at
    clock.stand_at(accepted_at + timedelta(seconds=479.999))
    assert due() == []

    clock.stand_at(accepted_at + timedelta(seconds=480))
    assert due() == [talking]
    look(talking)
    assert due() == []

    clock.stand_at(accepted_at + timedelta(seconds=600))
    assert due() == [talking]
    look(talking)
    assert due() == []


@pytest.mark.parametrize("author", ["visitor", "agent"])
def test_a_typed_message_of_either_side_counts_and_moves_the_next_look(talking, after, author):
    after(300)
    write(talking, author=author)

    conversation = after(480)

    assert not conversation.is_warned
    assert seconds_to_look(conversation) == 780
    assert after(779.9).is_warned is False
    assert after(780).is_warned
    assert after(899.9).live_chat.state == State.ACTIVE
    assert after(900).live_chat.because == Because.IDLE


def test_a_typed_message_takes_the_warning_away_until_the_next(talking, after):
    assert after(480).is_warned
    after(500)
    write(talking)

    conversation = Conversation.objects.get()
    assert not conversation.is_warned
    # The next look stands where it stood: only it moves itself.
    assert seconds_to_look(conversation) == 600

    conversation = after(600)
    assert not conversation.is_warned
    assert seconds_to_look(conversation) == 980
    assert after(980).is_warned
    assert after(1100).live_chat.because == Because.IDLE


def test_what_bot_and_system_say_does_not_count(talking, after):
    after(400)
    talking.post("Are you still there?", author="bot")
    talking.post("Alice is typing", author="system")

    assert after(480).is_warned
    assert after(600).live_chat.state == State.ENDED


def test_what_was_typed_while_waiting_counts_from_the_accept(requested, alice, clock):
    conversation = requested()
    write(conversation)
    clock.move(seconds=90)
    conversation.live_chat.accept(alice)
    accepted_at = conversation.live_chat.accepted_at

    clock.stand_at(accepted_at + timedelta(seconds=479.9))
    assert not look(conversation).is_warned
    clock.stand_at(accepted_at + timedelta(seconds=480))
    assert look(conversation).is_warned


def test_a_conversation_without_a_live_chat_is_never_idle(talk_to_sales, vera, clock):
    conversation = Conversation.start(vera, talk_to_sales)
    clock.move(hours=1)

    assert look(conversation).ended_at is None


def test_who_waits_is_not_idle(requested, alice, clock):
    conversation = requested()
    clock.move(hours=1)

    assert look(conversation).live_chat.state == State.OFFERED


def test_the_warning_is_announced_to_both_sides(talking, after, django_capture_on_commit_callbacks):
    # Heard at the one door: on commit, one announcement for each side's page.
    with django_capture_on_commit_callbacks() as announced:
        after(480)
    assert len(announced) == 2

    with django_capture_on_commit_callbacks() as announced:
        after(490)
    assert announced == []


@pytest.mark.django_db(transaction=True)
def test_the_agent_ends_it_at_the_very_moment(requested, alice, clock):
    def begin():
        clock.move(seconds=-600)
        alice.switch(available=True)
        conversation = requested()
        conversation.live_chat.accept(alice)
        clock.move(seconds=600)
        return conversation

    for conversation, idle, ended in at_every_pause(
        look, lambda scene: scene.live_chat.end(because=Because.AGENT), begin=begin
    ):
        live_chat = idle.live_chat
        live_chat.refresh_from_db()
        assert live_chat.because == (Because.IDLE if isinstance(ended, TooLate) else Because.AGENT)
        assert conversation.messages.filter(body__contains="ended").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_at_the_very_moment_is_kept_or_refused_but_never_lost(requested, alice, clock):
    def begin():
        for conversation in Conversation.objects.open():
            conversation.live_chat.end(because=Because.VISITOR)
        conversation = requested()
        conversation.live_chat.accept(alice)
        conversation.refresh_from_db()
        clock.move(seconds=600)
        return conversation

    def type_now(conversation):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT verdict FROM write_messages(%s::bigint[], %s::uuid[], %s::text[], %s::bigint[], %s::text[])",
                [[conversation.pk], [uuid4()], ["visitor"], [conversation.visitor_id], ["Wait!"]],
            )
            return cursor.fetchone()[0]

    verdicts = set()
    for conversation, looked, verdict in at_every_pause(look, type_now, begin=begin):
        has_ended = looked.live_chat.state == State.ENDED
        is_kept = conversation.messages.filter(body="Wait!").exists()
        assert is_kept == (verdict == "ok")
        assert has_ended == (verdict != "ok")
        verdicts.add(verdict)
    assert verdicts >= {"ok", "busy"}
