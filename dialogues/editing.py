"""The steps by which a draft's document is changed; what its grammar forbids is refused in words."""

from dialogues.document import (
    LIVE_CHAT_CARD_IS_LAST,
    ConditionalCard,
    End,
    LiveChatCard,
    QuestionCard,
)


class Refused(ValueError):
    """The step would break the document; its text says why. `card_id` is the card it concerns, or empty."""

    def __init__(self, text, card_id=""):
        super().__init__(text)
        self.card_id = card_id


class ChangedMeanwhile(Exception):
    """Somebody else has changed the draft since it was shown."""


def add_card(document, card, *, opener="", index=None):
    """Puts a card into the branch that `opener` opens, before the card at `index`, or at the end."""
    branch = document.branch(opener)
    length = len(branch.from_card(0))
    index = length if index is None else max(0, min(index, length))
    if branch.end and index > len(branch.cards):
        raise _below(branch.end)
    if isinstance(card, LiveChatCard) and index < length:
        raise Refused(LIVE_CHAT_CARD_IS_LAST, branch.from_card(index)[0].id)
    _put(branch, card, index)


def move_card_to(document, card_id, *, opener, index):
    """Moves a card, with the branches it opens, to a place counted without it."""
    source, at = document.find(card_id)
    card, target = source.from_card(at)[0], document.branch(opener)
    if any(branch is target for branch in _branches_below(card)):
        raise Refused("A card cannot go below itself.", card_id)
    others = [each for each in target.from_card(0) if each is not card]
    index = max(0, min(index, len(others)))
    if isinstance(card, LiveChatCard) and index < len(others):
        raise Refused(LIVE_CHAT_CARD_IS_LAST, card_id)
    if others and index == len(others) and isinstance(others[-1], End):
        raise _below(others[-1])
    # Where a question takes what stands below it must be known to be free before anything is moved.
    _why_not(card, others[index:])
    _take_out(source, at)
    _put(target, card, index)


def move_card(document, card_id, *, by):
    """Moves a card up (-1) or down (1) among its branch's cards. Raises Refused below an end."""
    branch, index = document.find(card_id)
    if index == len(branch.cards):
        raise Refused(_why_last(branch.end), card_id)
    target = index + by
    if target > len(branch.cards) - 1 and branch.end:
        raise _below(branch.end)
    if 0 <= target < len(branch.cards):
        branch.cards.insert(target, branch.cards.pop(index))


def remove_card(document, card_id, *, with_branches=False):
    """Takes a card out. One that opens branches goes with the cards in them only if that is asked for."""
    branch, index = document.find(card_id)
    card = branch.from_card(index)[0]
    if any(below.from_card(0) for below in _branches_below(card)) and not with_branches:
        words = "Its responses lead" if isinstance(card, QuestionCard) else "Its branches lead"
        raise Refused(f"{words} to cards: say that those go too, or delete them first.", card_id)
    _take_out(branch, index)


def _put(branch, card, index):
    if not isinstance(card, End):
        branch.cards.insert(index, card)
        return
    # What stood below goes on in one of the branches that the card opens: nothing is lost.
    below = branch.from_card(index)
    _why_not(card, below)
    if below:
        heir = _heir(card)
        heir.cards[:0] = [each for each in below if not isinstance(each, End)]
        heir.end = branch.end or heir.end
    branch.cards[index:] = []
    branch.end = card


def _why_not(card, below):
    """Raises Refused if the card would end a branch and has no room for what stands below it there."""
    if not below or not isinstance(card, End):
        return
    heir = _heir(card)
    if heir is None:
        raise Refused("Give the question a response first: the cards below it go there.", card.id)
    if isinstance(below[-1], End) and heir.end:
        raise Refused("What stands below it has no place: its first branch has an end of its own.", card.id)


def _heir(card):
    match card:
        case ConditionalCard():
            return card.otherwise.branch
        case QuestionCard(responses=[first, *_]):
            return first.branch


def _take_out(branch, index):
    if index < len(branch.cards):
        del branch.cards[index]
    else:
        branch.end = None


def _branches_below(card):
    """Every branch that is reached through the card."""
    for opening in getattr(card, "openings", []):
        yield opening.branch
        if opening.branch.end:
            yield from _branches_below(opening.branch.end)


def _below(end):
    return Refused(_why_last(end), end.id)


def _why_last(end):
    match end:
        case LiveChatCard():
            return LIVE_CHAT_CARD_IS_LAST
        case ConditionalCard():
            return (
                "Conditional branching is the last card in its branch; add the card to one of its branches."
            )
        case _:
            return "A question is the last card in its branch; add the card below one of its responses."
