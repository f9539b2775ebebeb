"""From the live chat card to the request for an agent: once, whoever asks, and never forgotten."""

import pytest

from dialogues.document import Branch, CaptureCard, Document, LiveChatCard
from dialogues.models import Conversation, OutOfDate, Visitor
from routing.models import Because, Decision, LiveChat, Offer, State, TooLate
from tests.racing import at_every_pause, at_once

everybody_at_once = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stream(publish, round_robin):
    asks = [CaptureCard(id="name", question="Name?", attribute="first_name")]
    return publish(Document(start=Branch(cards=asks, end=LiveChatCard(id="chat", route=round_robin.pk))))


@pytest.fixture
def stand(stream):
    """A visitor stands on the live chat card, and nobody has asked for an agent."""

    def stand():
        conversation = Conversation.start(Visitor.objects.create(), stream)
        conversation.answer("name", "Vera")
        return conversation

    return stand


def fresh(conversation):
    return Conversation.objects.get(pk=conversation.pk)


def test_who_stands_on_the_card_after_a_crash_is_found_and_asked_for(stand, alice):
    conversation = stand()
    assert list(Conversation.objects.waiting_for_request()) == [conversation]

    fresh(conversation).request_live_chat()

    assert fresh(conversation).live_chat.state == State.OFFERED
    assert not Conversation.objects.waiting_for_request().exists()


def test_who_left_the_card_is_not_asked_for(stand, alice):
    conversation = stand()
    stale = fresh(conversation)
    conversation.close()

    assert not Conversation.objects.waiting_for_request().exists()
    with pytest.raises(TooLate):
        stale.request_live_chat()

    assert not LiveChat.objects.exists()
    assert not Offer.objects.exists()


def test_who_is_still_asked_something_is_not_asked_for(stream, vera):
    Conversation.start(vera, stream)

    assert not Conversation.objects.waiting_for_request().exists()


@pytest.mark.parametrize("is_somebody_there", [True, False])
def test_a_second_request_changes_nothing(stand, hire, is_somebody_there):
    hire("Alice", available=is_somebody_there)
    conversation = stand()
    stale = fresh(conversation)
    conversation.request_live_chat()
    before = conversation.messages.count()

    with pytest.raises(TooLate):
        stale.request_live_chat()

    assert (LiveChat.objects.count(), Decision.objects.count()) == (1, 1)
    assert fresh(conversation).messages.count() == before


@everybody_at_once
@pytest.mark.parametrize("is_somebody_there", [True, False])
def test_the_page_and_the_clock_ask_at_once_and_there_is_one_live_chat(stand, hire, is_somebody_there):
    hire("Alice", available=is_somebody_there)
    conversation = stand()

    results = at_once(*[lambda: fresh(conversation).request_live_chat()] * 4)

    assert sum(isinstance(result, TooLate) for result in results) == 3
    live_chat = LiveChat.objects.get()
    assert fresh(conversation).live_chat == live_chat
    assert live_chat.decisions.count() == 1
    assert is_numbered(conversation)


@everybody_at_once
def test_two_requests_meet_between_any_two_statements(stand, hire):
    hire("Alice", available=False)

    for conversation, one, other in at_every_pause(
        lambda scene: fresh(scene).request_live_chat(),
        lambda scene: fresh(scene).request_live_chat(),
        begin=stand,
    ):
        assert [one, other].count(None) == 1
        assert LiveChat.objects.filter(visitor_key=conversation.visitor.key).count() == 1
        assert is_numbered(conversation)


@everybody_at_once
def test_who_closes_while_an_agent_is_asked_for_leaves_no_offer_behind(stand, alice):
    for conversation, requested, _ in at_every_pause(
        lambda scene: fresh(scene).request_live_chat(), lambda scene: fresh(scene).close(), begin=stand
    ):
        conversation.refresh_from_db()
        if requested is None:
            assert conversation.live_chat.state == State.OFFERED
            assert conversation.ended_at is None
            conversation.live_chat.cancel()
        else:
            assert conversation.ended_at
            assert conversation.live_chat is None
        assert not Offer.objects.open().exists()


@everybody_at_once
def test_an_answer_given_twice_at_once_is_taken_once(stream, db):
    def begin():
        return Conversation.start(Visitor.objects.create(), stream)

    for conversation, one, other in at_every_pause(
        lambda scene: fresh(scene).answer("name", "Vera"),
        lambda scene: fresh(scene).answer("name", "Eve"),
        begin=begin,
    ):
        assert [one, other].count(None) == 1
        assert isinstance(one or other, OutOfDate)
        name = "Vera" if one is None else "Eve"
        assert fresh(conversation).visitor.attributes == {"first_name": name}
        assert [message.body for message in conversation.messages.all()] == ["Name?", name]


@everybody_at_once
def test_two_tabs_begin_one_conversation(stream, vera):
    results = at_once(*[lambda: Conversation.start(vera, stream)] * 4)

    assert sum(isinstance(result, OutOfDate) for result in results) == 3
    assert Conversation.objects.get().messages.count() == 1


@everybody_at_once
def test_lines_that_are_posted_at_once_have_numbers_of_their_own(stand, vera):
    conversation = stand()

    at_once(*[lambda: fresh(conversation).post("Hello", author="bot")] * 8)

    assert is_numbered(conversation)
    assert fresh(conversation).length == 10


@everybody_at_once
def test_the_visitor_cancels_while_the_agent_accepts(stand, alice):
    def begin():
        conversation = stand()
        conversation.request_live_chat()
        return conversation

    for conversation, cancelled, accepted in at_every_pause(
        lambda scene: fresh(scene).live_chat.cancel(),
        lambda scene: fresh(scene).live_chat.accept(alice),
        begin=begin,
    ):
        assert [cancelled, accepted].count(None) == 1
        conversation.refresh_from_db()
        assert (conversation.live_agent == alice) == (accepted is None)
        assert bool(conversation.ended_at) == (cancelled is None)
        assert is_numbered(conversation)
        if accepted is None:
            conversation.live_chat.end(because=Because.VISITOR)


def is_numbered(conversation):
    positions = list(conversation.messages.values_list("position", flat=True))
    return positions == list(range(1, fresh(conversation).length + 1))
