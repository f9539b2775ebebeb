import pytest

from dialogues.document import (
    Branch,
    CaptureCard,
    Document,
    LiveChatCard,
)
from dialogues.models import Conversation, OutOfDate
from dialogues.signals import message_posted
from routing.models import Because, FallbackMessage, State, TooLate, Workspace


def said(conversation):
    return [(message.author, message.body) for message in conversation.messages.all()]


def is_numbered_without_a_gap(conversation):
    conversation.refresh_from_db()
    positions = [message.position for message in conversation.messages.all()]
    return positions == list(range(1, conversation.length + 1))


# Beginning and ending


def test_a_visitor_is_in_one_conversation(talk_to_sales, vera):
    Conversation.start(vera, talk_to_sales)

    with pytest.raises(OutOfDate):
        Conversation.start(vera, talk_to_sales)

    assert Conversation.objects.count() == 1


def test_the_next_conversation_begins_when_the_last_has_ended(talk_to_sales, vera):
    Conversation.start(vera, talk_to_sales).close()

    assert Conversation.start(vera, talk_to_sales).card == "talk"


def test_a_conversation_ends_once(talk_to_sales, vera, clock):
    conversation = Conversation.start(vera, talk_to_sales)
    conversation.close()
    ended_at = conversation.ended_at

    clock.move(minutes=1)
    conversation.close()

    assert Conversation.objects.get().ended_at == ended_at


def test_a_live_chat_is_not_closed_but_ended(talking):
    talking.close()

    assert talking.ended_at is None


@pytest.mark.parametrize(("hours", "is_resumed"), [(0, True), (23.99, True), (24.01, False)])
def test_a_conversation_is_resumed_for_a_day_after_its_last_message(at_name, clock, hours, is_resumed):
    clock.move(hours=hours)

    assert at_name.is_resumable == is_resumed


def test_a_day_is_exactly_a_day_and_the_last_message_counts(at_name, clock):
    clock.move(hours=20)
    at_name.answer("name", "Vera")
    last = at_name.messages.last().created_at

    clock.stand_at(last.replace(day=last.day + 1, microsecond=0))
    assert at_name.is_resumable
    clock.stand_at(last.replace(day=last.day + 1))
    assert not at_name.is_resumable


def test_a_conversation_that_says_nothing_is_as_old_as_its_start(publish, vera, round_robin, clock):
    asks = [CaptureCard(id="name", question="Name?", attribute="first_name")]
    stream = publish(Document(start=Branch(cards=asks, end=LiveChatCard(route=round_robin.pk))))
    conversation = Conversation.start(vera, stream)
    conversation.messages.all().delete()

    assert conversation.is_resumable
    clock.move(hours=25)
    assert not conversation.is_resumable


def test_an_ended_conversation_is_not_resumed(at_name):
    at_name.close()

    assert not at_name.is_resumable


# What follows from the live chat


def test_vera_reaches_alice(talking, alice):
    assert talking.live_agent == alice
    assert talking.live_chat.state == State.ACTIVE
    assert said(talking)[-1] == ("system", "Alice joined the chat")
    assert (talking.look_at - talking.live_chat.accepted_at).total_seconds() == 480
    assert is_numbered_without_a_gap(talking)


def test_the_request_tells_routing_what_is_known(requested, alice, vera):
    live_chat = requested().live_chat

    assert live_chat.visitor_key == vera.key
    known = {"first_name": "Vera", "email": "vera@kern.example", "page": "https://shop.example/pricing"}
    assert live_chat.attributes == known


def test_with_nobody_there_vera_reads_the_fallback_message_and_the_chat_has_ended(requested):
    lunch = FallbackMessage.objects.create(name="Lunch")
    lunch.texts.create(html="We are at lunch.")
    Workspace.objects.update(fallback_message=lunch)

    conversation = requested()

    conversation.refresh_from_db()
    assert said(conversation)[-1] == ("bot", "We are at lunch.")
    assert conversation.ended_at
    assert not conversation.is_resumable
    assert conversation.live_chat.state == State.FELL_BACK
    assert is_numbered_without_a_gap(conversation)


def test_a_miss_ends_in_the_fallback_message(requested, alice):
    conversation = requested()
    assert not conversation.ended_at

    conversation.live_chat.decline(alice)

    conversation.refresh_from_db()
    assert said(conversation)[-1] == ("bot", conversation.live_chat.fallback_message)
    assert conversation.ended_at


ENDS = {
    Because.AGENT: "Alice ended the chat",
    Because.VISITOR: "Vera ended the chat",
    Because.IDLE: "The chat ended because nobody wrote for ten minutes",
}


@pytest.mark.parametrize(("because", "line"), ENDS.items())
def test_the_last_line_says_who_ended_it(talking, because, line):
    talking.live_chat.end(because=because)

    talking.refresh_from_db()
    assert said(talking)[-1] == ("system", line)
    assert talking.ended_at
    assert (talking.live_agent, talking.look_at, talking.card) == (None, None, "")
    assert is_numbered_without_a_gap(talking)


def test_who_stops_waiting_reads_so(requested, alice):
    conversation = requested()

    conversation.live_chat.cancel()

    conversation.refresh_from_db()
    assert said(conversation)[-1] == ("system", "Vera stopped waiting")
    assert conversation.ended_at


def test_a_verb_that_comes_too_late_says_nothing(talking, alice):
    talking.live_chat.end(because=Because.AGENT)
    before = said(talking)

    with pytest.raises(TooLate):
        talking.live_chat.end(because=Because.VISITOR)

    assert said(talking) == before


# What is posted is told


def test_every_line_of_bot_and_system_is_told_with_its_number(talk_to_sales, vera):
    heard = []

    def hear(message, **kwargs):
        heard.append((message.position, message.author, message.created_at is not None))

    message_posted.connect(hear)
    try:
        Conversation.start(vera, talk_to_sales).answer("talk", "yes")
    finally:
        message_posted.disconnect(hear)

    assert heard == [(1, "bot", True), (2, "visitor", True), (3, "bot", True)]


# Who sees what


def test_an_agent_sees_their_own_active_chats_and_everybody_s_past_ones(talking, alice, bob):
    assert list(Conversation.objects.visible_to(alice)) == [talking]
    assert list(Conversation.objects.visible_to(bob)) == []

    talking.live_chat.end(because=Because.AGENT)
    assert list(Conversation.objects.visible_to(bob)) == [talking]


def test_a_chat_that_was_never_accepted_is_in_nobody_s_inbox(requested, alice):
    conversation = requested()
    assert not Conversation.objects.visible_to(alice).exists()

    conversation.live_chat.decline(alice)
    assert not Conversation.objects.visible_to(alice).exists()
