"""Steps on whole branches, and copies of cards and branches: all that is in a copy has a name of its own."""

import msgspec

from dialogues.document import Case, ConditionalCard, End, QuestionCard, new_id
from dialogues.editing import Refused, add_card


def copy_card(document, card_id, *, opener=None, index=None):
    """Puts a copy, with copies of the branches it opens, below the card or at another place. Returns it."""
    branch, at = document.find(card_id)
    card = branch.from_card(at)[0]
    if opener is None:
        if isinstance(card, End):
            raise Refused("A branch has one end: choose the place where the copy goes.", card_id)
        opener, index = _opener_of(document, branch), at + 1
    copy = _copied(card)
    add_card(document, copy, opener=opener, index=index)
    return copy


def copy_branch(document, opener):
    """Puts a copy of a branch beside it. Returns the copy's opening."""
    card, opening = _opened_by(document, opener)
    copy = _copied(opening)
    if isinstance(card, QuestionCard):
        copy.text = _free_text(opening.text, {response.text for response in card.responses})
        card.responses.insert(card.responses.index(opening) + 1, copy)
        return copy
    if opening is card.otherwise:
        copy = Case(branch=copy.branch)
        card.cases.append(copy)
        return copy
    card.cases.insert(card.cases.index(opening) + 1, copy)
    return copy


def remove_branch(document, opener, *, with_cards=False):
    """Takes a response or a case away, or empties the branch for everybody else. Returns the card that opened it."""
    card, opening = _opened_by(document, opener)
    if opening.branch.from_card(0) and not with_cards:
        raise Refused("This branch has cards: say that those go too, or delete them first.", card.id)
    match card:
        case QuestionCard():
            card.responses.remove(opening)
        case ConditionalCard() if opening is card.otherwise:
            card.otherwise = type(opening)(id=opening.id)
        case ConditionalCard():
            card.cases.remove(opening)
    return card


def _opened_by(document, opener):
    """The card that opens a branch, and the response or case by which it does. Raises KeyError."""
    for card in document.cards():
        for opening in getattr(card, "openings", []):
            if opening.id == opener:
                return card, opening
    raise KeyError(opener)


def _opener_of(document, branch):
    return next(opener for opener, each in document.branches() if each is branch)


def _copied(part):
    copy = msgspec.convert(msgspec.to_builtins(part), type(part))
    _rename(copy)
    return copy


def _rename(part):
    part.id = new_id()
    below = part.branch.from_card(0) if hasattr(part, "branch") else []
    for each in [*getattr(part, "openings", []), *below]:
        _rename(each)


def _free_text(text, taken):
    numbers = (f"{text[:240]} ({number})" for number in range(2, len(taken) + 3))
    return next(each for each in numbers if each not in taken)
