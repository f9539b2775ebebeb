"""A walk goes through conversational flows and comes back, and passes over what is known already."""

import pytest

from dialogues.document import ActionCard, Branch, CaptureCard, Document, FlowCard, MessageCard
from dialogues.models import Conversation, Dialogue, Stream
from dialogues.walk import Said
from tests.dialogues.walking import ASK, yes_or_no


@pytest.fixture
def flow(publish, db):
    """Publishes a version of a conversational flow, and gives the flow's key."""

    def flow(*cards, end=None, name="Opening hours"):
        Dialogue.objects.get_or_create(name=name, defaults={"is_flow": True})
        return publish(Document(start=Branch(cards=list(cards), end=end)), name=name).dialogue_id

    return flow


def words(happenings):
    return [each.text for each in happenings if isinstance(each, Said)]


# Flows


def test_a_flow_is_gone_through_and_left_again(flow, walk):
    key = flow(MessageCard(text="9 to 5"))

    happenings, card = walk(MessageCard(text="We are open:"), FlowCard(flow=key))

    assert words(happenings) == ["We are open:", "9 to 5", "Shall we?"]
    assert card.id == "q"


def test_a_flow_that_is_not_published_any_more_is_passed_over(walk, db):
    flow = Dialogue.objects.create(name="Hours", is_flow=True)
    document = Document(start=Branch(cards=[FlowCard(flow=flow.pk), MessageCard(text="Hi")], end=yes_or_no()))
    stream = Stream(dialogue=Dialogue(name="?"), document=document.dump())

    assert words(stream.walk({}).begin().happenings) == ["Hi", "Shall we?"]


def test_who_is_inside_a_flow_stays_in_its_version(flow, publish, vera):
    key = flow(CaptureCard(id="size", question="Size?", attribute="email"), MessageCard(text="Old"))
    stream = publish(Document(start=Branch(cards=[FlowCard(flow=key)], end=yes_or_no())))
    conversation = Conversation.start(vera, stream)
    flow(CaptureCard(id="other", question="Other?", attribute="email"), MessageCard(text="New"))

    conversation.answer("size", "big")

    assert [each.body for each in conversation.messages.all()] == ["Size?", "big", "Old", "Shall we?"]
    assert conversation.flow is None
    assert conversation.card == "q"


def test_the_next_visitor_meets_the_flow_s_new_version(flow, publish, vera):
    key = flow(CaptureCard(id="size", question="Size?", attribute="email"))
    stream = publish(Document(start=Branch(cards=[FlowCard(flow=key)], end=yes_or_no())))
    flow(CaptureCard(id="other", question="Other?", attribute="email"))

    assert Conversation.start(vera, stream).card == "other"


def test_a_flow_within_a_flow_goes_back_to_both(flow, publish, vera):
    inner = flow(CaptureCard(id="in", question="In?", attribute="email"), name="Inner")
    outer = flow(
        FlowCard(flow=inner), CaptureCard(id="out", question="Out?", attribute="email"), name="Outer"
    )
    stream = publish(Document(start=Branch(cards=[FlowCard(flow=outer)], end=yes_or_no())))
    conversation = Conversation.start(vera, stream)

    for card in ("in", "out"):
        assert conversation.card == card
        conversation.answer(card, "x")

    assert conversation.card == "q"
    assert conversation.returns == []


def test_a_flow_that_runs_itself_comes_to_an_end(db):
    flow = Dialogue.objects.create(name="Forever", is_flow=True)
    stream = Stream.draft_of(flow)
    stream.write(
        Document(start=Branch(cards=[MessageCard(text="Again"), FlowCard(flow=flow.pk)], end=yes_or_no()))
    )
    Stream.objects.filter(pk=stream.pk).update(published_at="2026-01-01T00:00Z")

    walk = Stream.objects.get(pk=stream.pk).walk({}).begin()

    assert walk.card.id == "q"
    assert len(words(walk.happenings)) < 20


# What is known already


def test_what_is_known_is_not_asked_if_the_card_says_so(walk):
    skipped = CaptureCard(id="mail", question="Email?", attribute="email", if_known="skip")

    assert walk(skipped, ASK, email="vera@kern.example")[1].id == "ask"
    assert walk(skipped, ASK, email="")[1].id == "mail"
    assert (
        walk(CaptureCard(id="again", question="Email?", attribute="email"), ASK, email="v@k.example")[1].id
        == "again"
    )


def test_what_an_action_has_set_is_known(walk):
    skipped = CaptureCard(id="mail", question="Email?", attribute="email", if_known="skip")

    assert walk(ActionCard(values={"email": "v@kern.example"}), skipped, ASK)[1].id == "ask"
