"""The grammar: what a stream can say, and that nothing can ever stand below a live chat card."""

import copy

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.document import (
    Branch,
    CaptureCard,
    Document,
    LiveChatCard,
    MessageCard,
    QuestionCard,
    Response,
)

words = st.text(max_size=20)
says = st.builds(MessageCard, text=words)
asks = st.builds(
    CaptureCard, question=words, attribute=words, type=st.sampled_from(["text", "email", "phone"])
)
live_chats = st.builds(LiveChatCard, route=st.integers(1, 2**31), connecting=words)
branches = st.recursive(
    st.builds(Branch, cards=st.lists(says | asks, max_size=3), end=st.none() | live_chats),
    lambda inner: st.builds(
        Branch,
        cards=st.lists(says | asks, max_size=2),
        end=st.builds(
            QuestionCard,
            text=words,
            responses=st.lists(st.builds(Response, text=words, value=words, branch=inner), max_size=3),
        ),
    ),
    max_leaves=6,
)
documents = st.builds(Document, start=branches)
quick = settings(max_examples=60, deadline=None, database=None)


@quick
@given(documents)
def test_a_document_is_the_same_after_a_trip_through_json(document):
    text = msgspec.json.encode(document.dump())

    assert Document.load(msgspec.json.decode(text)) == document


@quick
@given(documents)
def test_no_live_chat_card_has_anything_below_it(document):
    for _, branch in document.branches():
        cards = branch.from_card(0)
        assert not [card for card in cards[:-1] if isinstance(card, LiveChatCard | QuestionCard)]
        for index, card in enumerate(cards):
            assert document.find(card.id) == (branch, index)
            assert document.card(card.id) is card


@quick
@given(documents, st.data())
def test_a_card_put_below_a_live_chat_card_cannot_be_read(document, data):
    """In each way in which plain data can say it."""
    dumped = document.dump()
    branch = data.draw(st.sampled_from([branch for _, branch in plain_branches(dumped)]))
    live_chat = {"card": "live_chat", "route": 1, "connecting": "", "id": "the-live-chat"}
    below = {"card": "message", "text": "Still there?", "id": "below"}
    match data.draw(st.sampled_from(["among the cards", "a list of ends", "in the card", "beside the end"])):
        case "among the cards":
            branch["cards"] += [live_chat, below]
        case "a list of ends":
            branch["end"] = [live_chat, below]
        case "in the card":
            branch["end"] = live_chat | {"cards": [below]}
        case "beside the end":
            branch |= {"end": live_chat, "below": [below]}

    with pytest.raises(msgspec.ValidationError):
        Document.load(dumped)


def plain_branches(dumped):
    document, pending = dumped, [("", dumped["start"])]
    assert set(document) == {"start"}
    while pending:
        opener, branch = pending.pop()
        yield opener, branch
        for response in (branch["end"] or {}).get("responses", []):
            pending.append((response["id"], response["branch"]))


def test_a_live_chat_card_even_alone_is_no_card_among_cards():
    dumped = Document(start=Branch(cards=[MessageCard(text="Hello")])).dump()
    dumped["start"]["cards"].append({"card": "live_chat", "route": 1})

    with pytest.raises(msgspec.ValidationError, match="live_chat"):
        Document.load(dumped)


WRONG = {
    "no cards at all": [],
    "an unknown field": {"start": {}, "style": "dark"},
    "an unknown card": {"start": {"cards": [{"card": "image", "id": "a"}]}},
    "a card without its words": {"start": {"cards": [{"card": "message", "id": "a"}]}},
    "words that are none": {"start": {"cards": [{"card": "message", "text": 5}]}},
    "a route that is no key": {"start": {"end": {"card": "live_chat", "route": "sales"}}},
    "an unknown kind of answer": {
        "start": {"cards": [{"card": "capture", "question": "?", "attribute": "a", "type": "colour"}]}
    },
    "a card without a name": {"start": {"cards": [{"card": "message", "text": "Hello", "id": ""}]}},
    "a name that fits no column": {
        "start": {"cards": [{"card": "message", "text": "Hello", "id": "a" * 41}]}
    },
    "two cards of one name": {"start": {"cards": [{"card": "message", "text": "Hello", "id": "a"}] * 2}},
    "two responses of one name": {
        "start": {"end": {"card": "question", "text": "?", "responses": [{"text": "Yes", "id": "a"}] * 2}}
    },
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_no_document_is_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        Document.load(wrong)


def test_an_empty_document_says_nothing():
    assert list(Document.load({}).cards()) == []
    assert Document.load({}) == Document()


@pytest.fixture
def document():
    inner = Branch(cards=[MessageCard(id="inner", text="Fine")], end=LiveChatCard(id="chat", route=1))
    question = QuestionCard(id="ask", text="Well?", responses=[Response(id="yes", text="Yes", branch=inner)])
    return Document(start=Branch(cards=[MessageCard(id="hello", text="Hello")], end=question))


def test_branches_are_named_by_the_response_that_opens_them(document):
    assert [opener for opener, _ in document.branches()] == ["", "yes"]
    assert document.branch("yes").end.id == "chat"
    assert [card.id for card in document.cards()] == ["hello", "ask", "inner", "chat"]


def test_a_branch_goes_on_from_a_card(document):
    assert [card.id for card in document.branch("yes").from_card(1)] == ["chat"]
    assert document.branch("yes").from_card(2) == []


@pytest.mark.parametrize("look", [lambda it: it.find("nobody"), lambda it: it.branch("nobody")])
def test_what_is_not_there_is_not_found(document, look):
    with pytest.raises(KeyError):
        look(document)


def test_a_dump_is_a_copy(document):
    before = copy.deepcopy(document)

    document.dump()["start"]["cards"].clear()

    assert document == before
