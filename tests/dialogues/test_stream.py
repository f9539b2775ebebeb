import re

import msgspec
import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from dialogues.document import (
    Branch,
    CaptureCard,
    Document,
    LiveChatCard,
    MessageCard,
    QuestionCard,
    Response,
)
from dialogues.models import Attribute, Conversation, Dialogue, Stream
from routing.models import Method, Route

THANKS = Branch(cards=[MessageCard(id="thanks", text="Thank you")])


def saying(text):
    question = QuestionCard(id="ask", text=text, responses=[Response(id="yes", text="Yes", branch=THANKS)])
    return Document(start=Branch(end=question))


@pytest.fixture
def pricing(db):
    return Dialogue.objects.create(name="Pricing")


# Versions


def test_the_first_draft_is_empty_and_the_next_a_copy(pricing):
    draft = Stream.draft_of(pricing)
    assert (draft.number, draft.read()) == (1, Document())

    draft.write(saying("Hello?"))
    draft.publish()

    following = Stream.draft_of(pricing)
    assert (following.number, following.read()) == (2, saying("Hello?"))


def test_a_dialogue_has_one_draft(pricing):
    assert Stream.draft_of(pricing) == Stream.draft_of(pricing)

    with pytest.raises(IntegrityError, match="one_draft_a_dialogue"), transaction.atomic():
        Stream.objects.create(dialogue=pricing, number=7)


def test_a_number_is_one_version_s(pricing, publish):
    publish(saying("Hello?"))

    with pytest.raises(IntegrityError, match="number_is_its_own"), transaction.atomic():
        Stream.objects.create(dialogue=pricing, number=1)


def test_numbers_count_within_a_dialogue(publish):
    numbers = [publish(saying("Hello?"), name=name).number for name in ["Pricing", "Pricing", "Help"]]

    assert numbers == [1, 2, 1]


def test_publishing_says_who_and_when_and_once(pricing, max, clock):
    draft = Stream.draft_of(pricing)
    draft.write(saying("Hello?"))
    before = clock()

    draft.publish(by=max)
    draft.publish(by=User.objects.create_user("mallory"))

    draft.refresh_from_db()
    assert draft.is_published
    assert before <= draft.published_at <= clock()
    assert draft.published_by == max


def test_a_draft_is_not_shown(pricing):
    Stream.draft_of(pricing).write(saying("Hello?"))

    assert Stream.objects.to_show() is None
    assert pricing.live_stream is None
    assert not Dialogue.objects.published().exists()


def test_the_next_visitor_sees_the_newest_version(publish):
    publish(saying("Hello?"))
    newest = publish(saying("Hi?"))
    Stream.draft_of(newest.dialogue).write(saying("Not yet?"))

    assert Stream.objects.to_show() == newest.dialogue.live_stream == newest


def test_the_dialogue_of_highest_priority_is_shown(publish):
    publish(saying("Hello?"), name="Pricing")
    urgent = publish(saying("Black Friday!"), name="Sale")
    Dialogue.objects.filter(name="Pricing").update(priority=2)
    assert Stream.objects.to_show() == urgent

    Dialogue.objects.filter(name="Pricing").update(priority=1)
    assert Stream.objects.to_show().dialogue.name == "Pricing"


# Published ones never change


def save(stream):
    stream.document = {}
    stream.save()


def change_by_sql(stream):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dialogues_stream SET document = '{}' WHERE id = %s", [stream.pk])


CHANGES = {
    "save": save,
    "write": lambda stream: stream.write(saying("Bye?")),
    "update": lambda stream: Stream.objects.filter(pk=stream.pk).update(document={}),
    "sql": change_by_sql,
    "number": lambda stream: Stream.objects.filter(pk=stream.pk).update(number=9),
    "back to a draft": lambda stream: Stream.objects.filter(pk=stream.pk).update(published_at=None),
    "to another dialogue": lambda stream: Stream.objects.filter(pk=stream.pk).update(
        dialogue=Dialogue.objects.create(name="Help")
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_published_stream_never_changes(publish, change):
    stream = publish(saying("Hello?"))
    before = Stream.objects.values().get()

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        change(stream)

    assert Stream.objects.values().get() == before


def test_a_conversation_keeps_its_version(publish, vera):
    first = publish(saying("Hello?"))
    conversation = Conversation.start(vera, first)
    publish(saying("Hi?"))

    conversation.answer("ask", "yes")

    assert Conversation.objects.get().stream == first
    with pytest.raises(ProtectedError):
        first.delete()


# What a draft can hold, and what can be published


def test_a_draft_cannot_be_saved_with_a_card_below_a_live_chat_card(pricing, round_robin):
    draft = Stream.draft_of(pricing)
    live_chat = LiveChatCard(route=round_robin.pk)
    # Python builds it; the grammar does not.
    smuggled = Document(start=Branch(cards=[live_chat, MessageCard(text="Still there?")]))

    with pytest.raises(msgspec.ValidationError):
        draft.write(smuggled)

    assert Stream.objects.get().read() == Document()


FAULTY = {
    "empty": Branch(),
    "nothing to answer": Branch(cards=[MessageCard(text="Hello")]),
    "a live chat card first": Branch(cards=[MessageCard(text="Hello")], end=LiveChatCard(route=1)),
    "a question without responses": Branch(end=QuestionCard(text="Well?")),
    "a question without words": Branch(end=QuestionCard(text="", responses=[Response(text="Yes")])),
    "a message without words": Branch(
        cards=[MessageCard(text="")], end=QuestionCard(text="?", responses=[Response(text="Yes")])
    ),
    "a response without words": Branch(end=QuestionCard(text="Well?", responses=[Response(text="")])),
    "a capture without words": Branch(cards=[CaptureCard(question="", attribute="email")]),
    "nothing but spaces": Branch(
        cards=[MessageCard(text=" \n")], end=QuestionCard(text="?", responses=[Response(text="Yes")])
    ),
    "an answer that is kept nowhere": Branch(cards=[CaptureCard(question="Age?", attribute="")]),
    "an attribute that does not exist": Branch(cards=[CaptureCard(question="Age?", attribute="age")]),
    "more words than a message holds": Branch(
        cards=[MessageCard(text="x" * 4001)], end=QuestionCard(text="?", responses=[Response(text="Yes")])
    ),
}


@pytest.mark.parametrize("start", FAULTY.values(), ids=FAULTY)
def test_a_faulty_draft_is_kept_but_not_published(pricing, round_robin, start):
    if isinstance(start.end, LiveChatCard):
        start.end.route = round_robin.pk
    draft = Stream.draft_of(pricing)
    draft.write(Document(start=start))

    with pytest.raises(ValueError, match=r"\.$"):
        draft.publish()

    draft.refresh_from_db()
    assert not draft.is_published
    assert draft.read().start == start


def test_the_words_of_a_fault_say_where_it_is(pricing):
    draft = Stream.draft_of(pricing)
    draft.write(Document(start=Branch(cards=[CaptureCard(id="how-old", question="Age?", attribute="age")])))

    assert draft.faults() == [("how-old", "There is no attribute “age”.")]


def test_a_fault_can_be_mended(pricing):
    draft = Stream.draft_of(pricing)
    draft.write(Document(start=Branch(cards=[CaptureCard(question="Age?", attribute="age")])))
    Attribute.objects.create(name="age", label="Age")

    draft.publish()

    assert draft.is_published
    assert [attribute.name for attribute in draft.attributes.all()] == ["age"]


# What it names cannot vanish


def test_a_stream_holds_on_to_what_it_names(talk_to_sales, round_robin):
    assert list(talk_to_sales.routes.all()) == [round_robin]
    assert {attribute.name for attribute in talk_to_sales.attributes.all()} == {"first_name", "email"}


def test_a_draft_lets_go_of_what_it_no_longer_names(pricing, round_robin):
    draft = Stream.draft_of(pricing)
    draft.write(Document(start=Branch(end=LiveChatCard(route=round_robin.pk))))

    draft.write(saying("Hello?"))

    assert not draft.routes.exists()


@pytest.mark.django_db(transaction=True)
def test_a_route_that_does_not_exist_cannot_be_named(pricing):
    draft = Stream.draft_of(pricing)

    with pytest.raises(IntegrityError, match=re.compile("route")):
        draft.write(Document(start=Branch(end=LiveChatCard(route=4711))))

    assert Stream.objects.get().read() == Document()


@pytest.mark.parametrize("who", ["agent", "team"])
def test_an_agent_and_a_team_that_a_stream_names_cannot_vanish(publish, alice, sales, who):
    named = {"agent": alice, "team": sales}[who]
    route = Route.objects.to(Method(who), **{who: named})
    question = QuestionCard(
        text="?", responses=[Response(text="Yes", branch=Branch(end=LiveChatCard(route=route.pk)))]
    )
    publish(Document(start=Branch(end=question)))

    with pytest.raises(ProtectedError):
        named.delete()


def test_what_a_stream_names_cannot_vanish(talk_to_sales):
    for named in (talk_to_sales.routes.get(), talk_to_sales.attributes.get(name="email")):
        with pytest.raises(ProtectedError):
            named.delete()


def test_a_published_stream_cannot_vanish(talk_to_sales):
    with pytest.raises(IntegrityError, match="never vanishes"), transaction.atomic():
        talk_to_sales.delete()


def test_the_database_holds_the_last_card_too(talk_to_sales):
    below = {"start": {"cards": [{"card": "live_chat", "id": "x", "route": 1}], "end": None}}

    with pytest.raises(IntegrityError, match="nothing_stands_below_an_end"), transaction.atomic():
        Stream.objects.create(dialogue=talk_to_sales.dialogue, number=9, document=below)
