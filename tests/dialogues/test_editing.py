"""The steps by which a draft is changed, and what they refuse."""

import pytest

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
from dialogues.editing import Refused, add_card, move_card, remove_card


def document(*, cards="abc", end=None):
    return Document(start=Branch(cards=[MessageCard(id=each, text=each) for each in cards], end=end))


def question(**branches):
    responses = [Response(id=text, text=text, branch=branch) for text, branch in branches.items()]
    return QuestionCard(id="q", text="Well?", responses=responses)


def conditional(**branches):
    cases = [Case(id=opener, branch=branch) for opener, branch in branches.items()]
    return ConditionalCard(id="if", cases=cases, otherwise=Otherwise(id="else"))


def ids(document):
    return ids_below(document, "")


def ids_below(document, opener):
    return [card.id for card in document.branch(opener).from_card(0)]


CHAT = LiveChatCard(id="chat", route=1)


@pytest.mark.parametrize(
    ("index", "after"), [(0, "xabc"), (1, "axbc"), (3, "abcx"), (None, "abcx"), (99, "abcx")]
)
def test_a_card_goes_where_it_is_put(index, after):
    changed = document()

    add_card(changed, MessageCard(id="x", text="x"), index=index)

    assert "".join(ids(changed)) == after


@pytest.mark.parametrize("index", [None, 4])
def test_nothing_goes_below_a_live_chat_card(index):
    changed = document(end=CHAT)

    with pytest.raises(Refused, match=LIVE_CHAT_CARD_IS_LAST) as refusal:
        add_card(changed, MessageCard(text="x"), index=index)

    assert refusal.value.card_id == "chat"
    assert ids(changed) == ["a", "b", "c", "chat"]


def test_a_live_chat_card_goes_above_nothing():
    changed = document()

    with pytest.raises(Refused, match=LIVE_CHAT_CARD_IS_LAST):
        add_card(changed, CHAT, index=1)

    assert ids(changed) == ["a", "b", "c"]


def test_what_stands_below_a_new_question_goes_on_under_its_first_response():
    changed = document()

    add_card(changed, question(Yes=Branch(), No=Branch()), index=1)

    assert ids(changed) == ["a", "q"]
    assert [card.id for card in changed.branch("Yes").cards] == ["b", "c"]


def test_a_question_put_above_a_live_chat_card_takes_it_along():
    changed = document(end=CHAT)

    add_card(changed, question(Yes=Branch(), No=Branch()), index=1)

    assert ids(changed) == ["a", "q"]
    assert ids_below(changed, "Yes") == ["b", "c", "chat"]


def test_what_has_no_place_below_a_new_question_stays_where_it_is():
    changed = document(end=CHAT)

    with pytest.raises(Refused, match="its first branch has an end of its own"):
        add_card(changed, question(Yes=Branch(end=LiveChatCard(id="other", route=1))), index=1)
    with pytest.raises(Refused, match="Give the question a response first"):
        add_card(changed, question(), index=1)

    assert ids(changed) == ["a", "b", "c", "chat"]


def test_what_stands_below_new_conditions_goes_on_for_everybody_else():
    changed = document(end=CHAT)

    add_card(changed, conditional(big=Branch()), index=2)

    assert ids(changed) == ["a", "b", "if"]
    assert ids_below(changed, "else") == ["c", "chat"]


def test_nothing_goes_below_conditions():
    with pytest.raises(Refused, match="Conditional branching is the last card in its branch") as refusal:
        add_card(document(end=conditional(big=Branch())), MessageCard(text="x"))

    assert refusal.value.card_id == "if"


@pytest.mark.parametrize(
    ("card", "by", "after"), [("b", -1, "bac"), ("b", 1, "acb"), ("a", -1, "abc"), ("c", 1, "abc")]
)
def test_a_card_moves_among_its_own(card, by, after):
    changed = document()

    move_card(changed, card, by=by)

    assert "".join(ids(changed)) == after


def test_a_card_does_not_move_below_a_question():
    with pytest.raises(Refused, match="A question is the last card in its branch"):
        move_card(document(end=question(Yes=Branch())), "c", by=1)


def test_a_question_that_leads_nowhere_is_removed():
    changed = document(end=question(Yes=Branch(), No=Branch()))

    remove_card(changed, "q")

    assert ids(changed) == ["a", "b", "c"]


def test_a_question_that_leads_to_cards_is_removed_only_with_them():
    changed = document(end=question(Yes=Branch(end=CHAT)))

    with pytest.raises(Refused):
        remove_card(changed, "q")
    remove_card(changed, "q", with_branches=True)

    assert ids(changed) == ["a", "b", "c"]
