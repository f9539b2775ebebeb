"""Streams and edits that Hypothesis grows: the grammar always holds, and who goes through a stream that passes the
linter ends where the marketer wanted.

The same examples every time; PROOF=1 tries many new ones.
"""

import copy
import os
from types import SimpleNamespace

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dialogues import copying, editing
from dialogues.answers import clean_answer
from dialogues.cards import CaptureCard, MessageCard
from dialogues.document import Branch, ConditionalCard, Document, LiveChatCard, QuestionCard, Response
from dialogues.editing import Refused
from dialogues.linter import Names, lint
from dialogues.walk import Walk
from tests.dialogues.streams import branches, cards, documents, live_chats, words

PROOF = bool(os.environ.get("PROOF"))
FLOWS = {
    1: Document(start=Branch(cards=[MessageCard(text="It rains.")])),
    2: Document(
        start=Branch(end=QuestionCard(text="Rain?", responses=[Response(text="Yes"), Response(text="No")]))
    ),
    3: Document(start=Branch(cards=[MessageCard(text="To somebody.")], end=LiveChatCard(route=1))),
}
NAMES = Names(
    attributes={name: name for name in ("email", "first_name", "company", "size")},
    routes={1: "", 2: "", 3: ""},
    flows=FLOWS,
    flow_names={1: "Rain", 2: "Small talk", 3: "Help"},
    goals=frozenset([1, 2, 3]),
    pdfs=frozenset([1, 2, 3]),
    key=9,
)
ANSWERS = {
    "text": "Kern",
    "email": "vera@kern.example",
    "phone": "+31 20 123 4567",
    "number": "12",
    "yes_no": "yes",
    "date": "2026-06-30",
    "datetime": "2026-06-30 14:30",
}


def repeatedly(test):
    return settings(
        max_examples=1500 if PROOF else 60,
        derandomize=not PROOF,
        deadline=None,
        database=None,
        phases=[Phase.generate, *[Phase.shrink] * PROOF],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )(test)


# Edits


def edit(document, data):
    """One step that somebody could take, at a card or a branch that is there. Returns its name."""
    ids = [card.id for card in document.cards()]
    openers = [opener for opener, _ in document.branches()]
    steps = ["add", "end"] + (["move", "move_to", "remove", "copy"] if ids else [])
    steps += ["copy_branch", "remove_branch"] if len(openers) > 1 else []
    step = data.draw(st.sampled_from(steps))
    opener, index = data.draw(st.sampled_from(openers)), data.draw(st.integers(0, 4))
    match step:
        case "add":
            editing.add_card(document, data.draw(cards()), opener=opener, index=index)
        case "end":
            end = data.draw(live_chats | st.builds(QuestionCard, text=words) | st.builds(ConditionalCard))
            editing.add_card(document, end, opener=opener, index=index)
        case "copy_branch":
            copying.copy_branch(document, data.draw(st.sampled_from(openers[1:])))
        case "remove_branch":
            copying.remove_branch(
                document, data.draw(st.sampled_from(openers[1:])), with_cards=data.draw(st.booleans())
            )
        case _:
            _edit_card(document, data.draw(st.sampled_from(ids)), step, opener, index, data)
    return step


def _edit_card(document, card_id, step, opener, index, data):
    match step:
        case "move":
            editing.move_card(document, card_id, by=data.draw(st.sampled_from([-1, 1])))
        case "move_to":
            editing.move_card_to(document, card_id, opener=opener, index=index)
        case "remove":
            editing.remove_card(document, card_id, with_branches=data.draw(st.booleans()))
        case "copy":
            copying.copy_card(document, card_id, opener=opener, index=index)


@repeatedly
@given(documents, st.data())
def test_whatever_is_edited_the_grammar_holds(document, data):
    """A step is taken whole, or refused and nothing has changed; to move a card loses none."""
    for _ in range(data.draw(st.integers(1, 8))):
        before = copy.deepcopy(document)
        cards_before = {card.id for card in document.cards()}
        try:
            step = edit(document, data)
        except Refused:
            assert document == before
            continue
        assert Document.load(document.dump()) == document
        cards_after = {card.id for card in document.cards()}
        if step in ("move", "move_to"):
            assert cards_after == cards_before
        if step in ("add", "end", "copy", "copy_branch"):
            assert cards_after >= cards_before


@repeatedly
@given(documents, st.data())
def test_nothing_stands_below_a_live_chat_card_whatever_is_edited(document, data):
    for _ in range(data.draw(st.integers(1, 8))):
        try:
            edit(document, data)
        except Refused:
            continue
        for _, branch in document.branches():
            assert not [card for card in branch.cards if isinstance(card, LiveChatCard)]


# Walks


class Watched(Walk):
    """A walk that remembers the branch it stopped in, and how often it was sent on."""

    def _through(self, branch, index):
        self.last, self.turns = branch, getattr(self, "turns", 0) + 1
        return super()._through(branch, index)


def walk_to_the_end(document, data):
    """Answers at random until nothing waits for the visitor, or somebody is asked to help."""
    streams = {None: SimpleNamespace(read=lambda: document)}
    streams |= {key: SimpleNamespace(read=lambda flow=flow: flow) for key, flow in FLOWS.items()}
    known = {"language": data.draw(st.sampled_from(["", "nl", "en"]))}
    can_ask = {route: data.draw(st.booleans()) for route in (1, 2, 3)}
    walk, asked = _walk(streams[None], known, can_ask, streams, ()).begin(), 0
    while walk.card and not isinstance(walk.card, LiveChatCard):
        asked += 1
        assert asked <= 200, "It never comes to an end."
        card, known = walk.card, walk.known
        following = _walk(walk.stream, known, can_ask, streams, walk.returns)
        if isinstance(card, QuestionCard):
            walk = following.into(data.draw(st.sampled_from(card.responses)).branch)
            continue
        given = data.draw(st.sampled_from(card.choices)) if card.type == "picklist" else ANSWERS[card.type]
        following.known[card.attribute] = clean_answer(card, given)
        walk = following.on_after(card.id)
    return walk


def _walk(stream, known, can_ask, streams, returns):
    return Watched(stream, known=known, can_ask=can_ask.get, flow=streams.get, returns=returns)


def is_wanted(walk):
    """A live chat card, or the last card of a branch with cards in it."""
    return isinstance(walk.card, LiveChatCard) or bool(walk.last.from_card(0))


def passes(document):
    return not [finding for finding in lint(document, NAMES) if finding.stops]


said = st.text("abcdefghij", min_size=1, max_size=6)
right = st.one_of(
    st.builds(MessageCard, text=said),
    st.builds(
        CaptureCard,
        question=said,
        attribute=st.sampled_from(["email", "company", "size"]),
        type=st.sampled_from(list(ANSWERS)),
        if_known=st.just("skip"),
    ),
    cards(meetings=False).filter(lambda card: isinstance(card, MessageCard) is False and passes_alone(card)),
)


def passes_alone(card):
    first = QuestionCard(text="?", responses=[Response(text="Yes", branch=Branch(cards=[card]))])
    return passes(Document(start=Branch(end=first)))


def behind_a_question(branch):
    return Document(
        start=Branch(end=QuestionCard(text="Shall we?", responses=[Response(text="Yes", branch=branch)]))
    )


finished = st.builds(behind_a_question, branches(right, max_leaves=6, min_size=1))


@repeatedly
@given(finished.filter(passes), st.data())
def test_whoever_walks_through_what_passes_the_linter_ends_where_the_marketer_wanted(document, data):
    assert is_wanted(walk_to_the_end(document, data))


@repeatedly
@given(st.one_of(documents, finished), st.data())
def test_what_passes_the_linter_after_any_edits_still_ends_well(document, data):
    for _ in range(data.draw(st.integers(0, 6))):
        try:
            edit(document, data)
        except Refused:
            continue
    if passes(document):
        assert is_wanted(walk_to_the_end(document, data))


def test_a_walk_that_ends_in_an_empty_branch_is_told_apart():
    """Without this the properties above could not fail."""
    question = QuestionCard(text="Well?", responses=[Response(text="Yes")])
    document = Document(start=Branch(end=question))

    assert not passes(document)
    assert not is_wanted(walk_to_the_end(document, FirstOfAll()))


class FirstOfAll:
    """Draws what stands first."""

    def draw(self, strategy):
        return getattr(strategy, "elements", [False])[0]
