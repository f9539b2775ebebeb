"""What changed between two versions of a stream, card by card: a card keeps its id from version to version."""

from typing import NamedTuple

from dialogues.cards import FlowCard, GoalCard, MeetingCard, PdfCard
from dialogues.document import ConditionalCard, LiveChatCard, QuestionCard

KINDS = {
    "message": "Message",
    "question": "Question",
    "capture": "Information capture",
    "document": "Document",
    "goal": "Goal",
    "action": "Action",
    "conditional": "Conditional branching",
    "flow": "Conversational flow",
    "live_chat": "Live chat",
    "meeting": "Meeting booking",
}
FIELDS = {
    "text": "says",
    "html": "formatting",
    "question": "asks",
    "attribute": "keeps the answer as",
    "type": "kind of answer",
    "placeholder": "placeholder",
    "choices": "choices",
    "if_known": "when it is known",
    "values": "sets",
    "route": "routes to",
    "connecting": "says while connecting",
    "poke": "pokes",
    "flow": "runs",
    "goal": "goal",
    "pdf": "document",
    "responses": "responses",
    "cases": "conditions",
    "translations": "translations",
}


class Change(NamedTuple):
    """`what` is added, removed, changed or moved; `details` are a field's name and what it was and is."""

    what: str
    card_id: str
    title: str
    details: list[tuple[str, str, str]]


def difference(before, after, *, names) -> list[Change]:
    """`names` are what rows are called, by kind and key, such as names["route"][3]."""
    old, new = _places(before), _places(after)
    changes = []
    for card_id, (card, *_) in new.items():
        if card_id not in old:
            changes.append(Change("added", card_id, _title(card), []))
            continue
        details = _details(old[card_id][0], card, names)
        if details:
            changes.append(Change("changed", card_id, _title(card), details))
        elif _has_moved(card_id, old, new):
            changes.append(Change("moved", card_id, _title(card), []))
    removed = [card_id for card_id in old if card_id not in new]
    return changes + [Change("removed", card_id, _title(old[card_id][0]), []) for card_id in removed]


def _places(document):
    """Each card by id, with the opener of its branch and the ids of the cards before it there."""
    places = {}
    for opener, branch in document.branches():
        above = []
        for card in branch.from_card(0):
            places[card.id] = card, opener, tuple(above)
            above.append(card.id)
    return places


def _has_moved(card_id, old, new):
    """Whether it is in another branch, or follows another of the cards that have stayed in this one."""
    _, opener, above = old[card_id]
    _, new_opener, new_above = new[card_id]
    stayed = {each for each in old if each in new and old[each][1] == new[each][1]}
    before, after = ([each for each in cards if each in stayed][-1:] for cards in (above, new_above))
    return opener != new_opener or before != after


def _details(one, other, names):
    if type(one) is not type(other):
        return [("card", _title(one), _title(other))]
    pairs = [
        (name, _shown(one, name, names), _shown(other, name, names)) for name in FIELDS if hasattr(one, name)
    ]
    return [(FIELDS[name], before, after) for name, before, after in pairs if before != after]


def _shown(card, name, names):
    value = getattr(card, name)
    match card, name:
        case QuestionCard(), "responses":
            return " / ".join(
                f"{each.text} ({each.value})" if each.value else each.text for each in card.responses
            )
        case ConditionalCard(), "cases":
            return " / ".join(_case(each, names) for each in card.cases)
        case LiveChatCard() | MeetingCard(), "route":
            return names["route"].get(value, "")
        case FlowCard(), "flow":
            return names["flow"].get(value, "")
        case GoalCard(), "goal":
            return names["goal"].get(value, "")
        case PdfCard(), "pdf":
            return names["pdf"].get(value, "")
    if isinstance(value, dict):
        return ", ".join(f"{key} = {each}" for key, each in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _case(case, names):
    parts = [case.conditions.in_words()] if case.conditions.groups else []
    if case.route is not None:
        parts.append(f"somebody can be asked by {names['route'].get(case.route, '')}")
    return " and ".join(parts)


def _title(card):
    kind = KINDS[card.__struct_config__.tag]
    says = next((" ".join(words.split()) for words in card.words if words.strip()), "")
    return f"{kind}: “{says[:60]}”" if says else kind
