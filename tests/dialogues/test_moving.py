"""Cards and branches that are moved to other places, and copied there."""

import pytest

from dialogues.copying import copy_branch, copy_card, remove_branch
from dialogues.document import (
    LIVE_CHAT_CARD_IS_LAST,
    Branch,
    Case,
    ConditionalCard,
    Document,
    LiveChatCard,
    MessageCard,
    Otherwise,
    QuestionCard,
    Response,
)
from dialogues.editing import Refused, move_card_to

SHAPE = {"": "ab?", "yes": "cd", "no": "e!"}


def branch(cards, end=None):
    return Branch(cards=[MessageCard(id=each, text=each) for each in cards], end=end)


@pytest.fixture
def document():
    """a, b and a question; below yes: c, d; below no: e and a live chat card."""
    yes = Response(id="yes", text="Yes", branch=branch("cd"))
    no = Response(id="no", text="No", branch=branch("e", end=LiveChatCard(id="!", route=1)))
    return Document(start=branch("ab", end=QuestionCard(id="?", text="Well?", responses=[yes, no])))


def shape(document):
    return {
        opener: "".join(card.id for card in branch.from_card(0)) for opener, branch in document.branches()
    }


@pytest.mark.parametrize(
    ("card", "opener", "index", "after"),
    [
        ("a", "", 1, {"": "ba?"}),
        ("b", "", 0, {"": "ba?"}),
        ("a", "", 0, {}),
        ("a", "yes", 1, {"": "b?", "yes": "cad"}),
        ("d", "no", 0, {"yes": "c", "no": "de!"}),
        ("e", "yes", 99, {"yes": "cde", "no": "!"}),
        ("!", "yes", 2, {"yes": "cd!", "no": "e"}),
        ("!", "no", 1, {}),
        ("?", "", 0, {"": "?", "yes": "abcd"}),
        ("?", "", 2, {}),
    ],
)
def test_a_card_goes_where_it_is_moved(document, card, opener, index, after):
    move_card_to(document, card, opener=opener, index=index)

    assert shape(document) == SHAPE | after
    assert Document.load(document.dump()) == document


@pytest.mark.parametrize(
    ("card", "opener", "index", "words", "at"),
    [
        ("a", "no", 2, LIVE_CHAT_CARD_IS_LAST, "!"),
        ("e", "no", 1, LIVE_CHAT_CARD_IS_LAST, "!"),
        ("!", "no", 0, LIVE_CHAT_CARD_IS_LAST, "!"),
        ("!", "yes", 0, LIVE_CHAT_CARD_IS_LAST, "!"),
        ("!", "", 3, "A question is the last card in its branch", "?"),
        ("!", "", 2, LIVE_CHAT_CARD_IS_LAST, "!"),
        ("a", "", 2, "A question is the last card in its branch", "?"),
        ("?", "yes", 0, "A card cannot go below itself.", "?"),
    ],
)
def test_what_the_grammar_forbids_is_refused_and_changes_nothing(document, card, opener, index, words, at):
    before = document.dump()

    with pytest.raises(Refused, match=words) as refusal:
        move_card_to(document, card, opener=opener, index=index)

    assert refusal.value.card_id == at
    assert document.dump() == before


def test_a_question_goes_above_a_live_chat_card_with_its_branches(document):
    other = Response(id="sure", text="Sure", branch=branch("x"))
    document.branch("yes").end = QuestionCard(id="q", text="Sure?", responses=[other])

    move_card_to(document, "q", opener="no", index=0)

    assert shape(document) == SHAPE | {"no": "q", "sure": "ex!"}


def test_a_question_whose_first_branch_has_an_end_does_not_go_above_another(document):
    below = LiveChatCard(id="own", route=1)
    document.branch("yes").end = QuestionCard(
        id="q", text="Sure?", responses=[Response(id="sure", text="Sure", branch=Branch(end=below))]
    )
    before = document.dump()

    with pytest.raises(Refused, match="its first branch has an end of its own"):
        move_card_to(document, "q", opener="no", index=0)

    assert document.dump() == before


@pytest.mark.parametrize(("card", "opener"), [("gone", ""), ("a", "gone")])
def test_only_what_is_there_is_moved(document, card, opener):
    with pytest.raises(KeyError):
        move_card_to(document, card, opener=opener, index=0)


# Copies


def test_a_copy_stands_below_its_card_and_has_a_name_of_its_own(document):
    copy = copy_card(document, "a")

    assert [card.text for card in document.start.cards] == ["a", "a", "b"]
    assert document.start.cards[1] is copy
    assert copy.id != "a"


def test_a_copied_question_brings_its_branches_with_names_of_their_own(document):
    copy_card(document, "?", opener="yes", index=2)

    assert len(list(document.cards())) == 7 + 5
    assert Document.load(document.dump()) == document


def test_the_copy_of_an_end_needs_a_place(document):
    with pytest.raises(Refused, match="choose the place where the copy goes"):
        copy_card(document, "!")
    with pytest.raises(Refused, match=LIVE_CHAT_CARD_IS_LAST):
        copy_card(document, "a", opener="no", index=2)

    assert shape(document) == SHAPE


def test_what_a_card_says_in_other_languages_is_copied_as_it_is(document):
    document.card("a").translations = {"id": {"text": "Halo"}}

    assert copy_card(document, "a").translations == {"id": {"text": "Halo"}}


def test_a_copied_branch_stands_beside_the_first(document):
    copy = copy_branch(document, "no")
    again = copy_branch(document, "no")

    assert [response.text for response in document.card("?").responses] == ["Yes", "No", "No (3)", "No (2)"]
    assert [len(document.branch(each.id).from_card(0)) for each in (copy, again)] == [2, 2]
    assert Document.load(document.dump()) == document


def test_a_branch_is_deleted_with_its_cards_only_when_that_is_said(document):
    with pytest.raises(Refused, match="say that those go too"):
        remove_branch(document, "yes")
    assert shape(document) == SHAPE

    remove_branch(document, "yes", with_cards=True)
    assert shape(document) == {"": "ab?", "no": "e!"}


@pytest.fixture
def by_conditions():
    """A case with c, and d for everybody else."""
    cases = [Case(id="case", branch=branch("c"))]
    return Document(
        start=Branch(
            end=ConditionalCard(id="if", cases=cases, otherwise=Otherwise(id="else", branch=branch("d")))
        )
    )


def test_branches_by_conditions_are_copied_and_deleted(by_conditions):
    copy_branch(by_conditions, "case")
    copy = copy_branch(by_conditions, "else")

    assert [len(case.branch.cards) for case in by_conditions.card("if").cases] == [1, 1, 1]
    assert by_conditions.branch(copy.id).cards[0].text == "d"

    remove_branch(by_conditions, "case", with_cards=True)
    remove_branch(by_conditions, "else", with_cards=True)
    assert len(by_conditions.card("if").cases) == 2
    assert by_conditions.branch("else") == Branch()


def test_the_start_is_neither_copied_nor_deleted(document):
    with pytest.raises(KeyError):
        copy_branch(document, "")
    with pytest.raises(KeyError):
        remove_branch(document, "")
