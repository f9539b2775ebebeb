"""The steps by which a draft's document is changed; what its grammar forbids is refused in words."""

from dialogues.document import (
    LIVE_CHAT_CARD_IS_LAST,
    CaptureCard,
    LiveChatCard,
    MessageCard,
    QuestionCard,
    Response,
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
    is_end = isinstance(card, QuestionCard | LiveChatCard)
    if branch.end and index > len(branch.cards):
        raise _below(branch.end)
    if is_end and isinstance(card, LiveChatCard) and index < length:
        raise Refused(LIVE_CHAT_CARD_IS_LAST, branch.from_card(index)[0].id)
    if is_end and branch.end:
        raise Refused("A branch has one question or live chat card, and it is the last.", branch.end.id)
    if not is_end:
        branch.cards.insert(index, card)
        return
    # What stood below the new question goes on in its first response's branch: nothing is lost.
    below = branch.cards[index:]
    if below and not card.responses:
        raise Refused("Give the question a response first: the cards below it go there.", card.id)
    if below:
        card.responses[0].branch.cards[:0] = below
    branch.cards[index:] = []
    branch.end = card


def remove_card(document, card_id, *, with_branches=False):
    """Takes a card out. A question goes with the cards its responses lead to only if that is asked for."""
    branch, index = document.find(card_id)
    if index < len(branch.cards):
        del branch.cards[index]
        return
    leads_on = isinstance(branch.end, QuestionCard) and any(
        response.branch.from_card(0) for response in branch.end.responses
    )
    if leads_on and not with_branches:
        raise Refused("Its responses lead to cards: say that those go too, or delete them first.", card_id)
    branch.end = None


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


def set_responses(question, texts):
    """Gives the question these responses. One whose text stays keeps its branch; where none is added or
    taken away, so does one that says something else now."""
    if len(set(texts)) < len(texts):
        raise Refused("Two responses say the same.", question.id)
    before = {response.text: response for response in question.responses}
    going = [response for text, response in before.items() if text not in texts]
    coming = [text for text in texts if text not in before]
    if len(coming) == len(going):
        before |= dict(zip(coming, going, strict=True))
    kept = [before.get(text) or Response(text=text) for text in texts]
    for response in question.responses:
        if response.branch.from_card(0) and not any(response is each for each in kept):
            raise Refused(f"“{response.text}” leads to cards; delete those first.", question.id)
    for response, text in zip(kept, texts, strict=True):
        response.text = text
    question.responses = kept


def _below(end):
    return Refused(_why_last(end), end.id)


def _why_last(end):
    if isinstance(end, LiveChatCard):
        return LIVE_CHAT_CARD_IS_LAST
    return "A question is the last card in its branch; add the card below one of its responses."


def faults(document):
    """What keeps the document from being published, as pairs of a card's id and a sentence."""
    found = []
    first = document.start.from_card(0)
    if not first:
        found.append(("", "Add a card: an empty stream says nothing."))
    elif not any(not isinstance(card, MessageCard | LiveChatCard) for card in first):
        found.append(
            (first[0].id, "Ask something first: a conversation begins with the visitor's first answer.")
        )
    for card in document.cards():
        match card:
            case QuestionCard(responses=[]):
                found.append((card.id, "Give the question at least one response."))
            case CaptureCard(attribute=""):
                found.append((card.id, "Choose where the answer is kept."))
            case QuestionCard() | CaptureCard() | MessageCard() if not all(map(str.strip, card.words)):
                found.append((card.id, "Write what this card says."))
    return found
