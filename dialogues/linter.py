"""What keeps a stream from being published, and what would make it better: each on its card, with its way out.

The document is a tree, so every card is reached by one way: what stands above it is what was asked before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dialogues.answers import clean_answer
from dialogues.cards import CaptureCard, FlowCard, GoalCard, MeetingCard, MessageCard, PdfCard
from dialogues.document import (
    LIVE_CHAT_CARD_IS_LAST,
    ConditionalCard,
    Document,
    LiveChatCard,
    QuestionCard,
)
from dialogues.models.message import LONGEST_MESSAGE
from dialogues.tokens import names_in
from routing.facts import FACTS


class Finding(NamedTuple):
    """`card_id` is empty where it concerns the whole. `stops` says whether it keeps the stream from being published.
    `fix` is a step that the designer can take, such as "ask:email:<card>", with its words."""

    card_id: str
    text: str
    stops: bool = True
    fix: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Names:
    """What the rows say that a document names, by key, so that the linter itself reads nothing."""

    attributes: Mapping[str, str] = field(default_factory=dict)  # labels by name
    # Why a route leads to nobody, ever; empty: it leads to somebody.
    routes: Mapping[int, str] = field(default_factory=dict)
    flows: Mapping[int, Document] = field(default_factory=dict)  # live ones
    flow_names: Mapping[int, str] = field(default_factory=dict)
    goals: frozenset[int] = frozenset()
    pdfs: frozenset[int] = frozenset()
    languages: tuple[str, ...] = ("en",)
    # Of the dialogue itself
    key: int | None = None
    is_flow: bool = False
    has_targets: bool = True
    # Names of dialogues that run this flow and go on after it.
    goes_on_in: tuple[str, ...] = ()


def lint(document, names) -> list[Finding]:
    found = [*_whole(document, names)]
    _branch(document.start, (), document, names, found)
    return found


def _whole(document, names):
    first = document.start.from_card(0)
    if not first:
        yield Finding("", "Add a card: an empty stream says nothing.")
    elif not names.is_flow and not _asks_first(document, names):
        yield Finding(
            first[0].id, "Ask something first: a conversation begins with the visitor's first answer."
        )
    if names.is_flow and names.goes_on_in and may_end_in_live_chat(document, names):
        used = ", ".join(f"“{name}”" for name in names.goes_on_in)
        yield Finding(
            "", f"It may end in a live chat now, but {used} goes on after it: make it the last card there."
        )
    if not names.is_flow and not names.has_targets:
        yield Finding("", "No target address: it is shown on every page.", stops=False)


def _asks_first(document, names):
    """Whether the visitor is asked something before, or instead of, the first live chat card."""
    for card in document.start.from_card(0):
        match card:
            case QuestionCard() | CaptureCard():
                return True
            case LiveChatCard():
                return False
            case ConditionalCard():
                openings = card.openings
                return all(_asks_first(Document(start=opening.branch), names) for opening in openings)
            case FlowCard() if card.flow in names.flows and card.flow != names.key:
                if _asks_first(names.flows[card.flow], names):
                    return True
    return False


def _branch(branch, above, document, names, found):
    """`above` is every card that is passed before this branch."""
    for index, card in enumerate(branch.from_card(0)):
        is_last = index == len(branch.from_card(0)) - 1
        found += _card(card, above, names, is_last=is_last)
        above = (*above, card)
    if branch.end:
        for opening in branch.end.openings:
            if not names.is_flow and not opening.branch.from_card(0):
                fix = (f"add:{opening.id}", "Add a card")
                found.append(Finding(branch.end.id, _leads_nowhere(branch.end, opening), fix=fix))
            _branch(opening.branch, above, document, names, found)


def _leads_nowhere(end, opening):
    if isinstance(end, QuestionCard):
        return f"The response “{opening.text}” leads nowhere: say something there."
    return "A branch of its conditions leads nowhere: say something there."


def _card(card, above, names, *, is_last):
    yield from _words(card, names)
    yield from _attributes(card, names)
    match card:
        case QuestionCard():
            yield from _question(card, above)
        case CaptureCard():
            yield from _capture(card, above)
        case ConditionalCard():
            yield from _conditional(card, names)
        case LiveChatCard():
            yield from _route(card.id, card.route, names)
            yield from _before_live_chat(card, above, names)
        case FlowCard():
            yield from _flow(card, names, is_last=is_last)
        case GoalCard() if card.goal not in names.goals:
            yield Finding(card.id, "Choose the goal.")
        case PdfCard() if card.pdf not in names.pdfs:
            yield Finding(card.id, "Choose the document.")
        case MeetingCard():
            yield Finding(
                card.id,
                "Meetings cannot be booked yet: take this card out.",
                fix=_delete(card),
            )


def _words(card, names):
    if isinstance(card, QuestionCard | CaptureCard | MessageCard) and not all(map(str.strip, card.words)):
        yield Finding(card.id, "Write what this card says.")
    if any(len(words) > LONGEST_MESSAGE for words in card.words):
        yield Finding(card.id, f"Use at most {LONGEST_MESSAGE} characters.")
    for language in names.languages[1:]:
        spoken = [card, *(card.responses if isinstance(card, QuestionCard) else [])]
        if any(_is_missing(each, language) for each in spoken):
            yield Finding(card.id, f"It is not translated into “{language}” yet.")


def _is_missing(spoken, language):
    written = [name for name in ("text", "question", "connecting") if getattr(spoken, name, "")]
    return any(not spoken.translations.get(language, {}).get(name) for name in written)


def _attributes(card, names):
    named = Document.attributes_of(card) | {
        name for words in card.words for name in names_in(words) if name not in FACTS
    }
    for name in sorted(named - set(names.attributes) - {""}):
        yield Finding(card.id, f"There is no attribute “{name}”.")


def _question(card, above):
    if not card.responses:
        yield Finding(card.id, "Give the question at least one response.")
    if any(isinstance(each, QuestionCard) and _same(each.text, card.text) for each in above):
        yield Finding(card.id, "The same question was asked before on this way.")


def _capture(card, above):
    if not card.attribute:
        yield Finding(card.id, "Choose where the answer is kept.")
    if card.type == "picklist" and not card.choices:
        yield Finding(card.id, "Give the picklist at least one choice.")
    if card.type == "picklist" and not all(_can_be_given(card, choice) for choice in card.choices):
        yield Finding(card.id, "Nobody can give one of the choices: write it in a few plain words.")
    before = (each for each in above if isinstance(each, CaptureCard))
    if (
        card.attribute
        and card.if_known != "skip"
        and any(each.attribute == card.attribute for each in before)
    ):
        yield Finding(card.id, "The same was asked before on this way.", fix=_delete(card))


def _can_be_given(card, choice):
    try:
        clean_answer(card, choice)
    except ValueError:
        return False
    return True


def _delete(card):
    return f"delete:{card.id}", "Delete it"


def _conditional(card, names):
    if not card.cases:
        yield Finding(card.id, "Add a condition.")
    for number, case in enumerate(card.cases):
        if not case.conditions.groups and case.route is None:
            yield Finding(card.id, "A branch without conditions is never taken.")
        elif any(
            (each.conditions, each.route) == (case.conditions, case.route) for each in card.cases[:number]
        ):
            yield Finding(card.id, "Two branches have the same conditions: the second is never taken.")
        if case.route is not None:
            yield from _route(card.id, case.route, names)


def _route(card_id, route, names):
    if why := names.routes.get(route, "Choose where the visitor is routed to."):
        yield Finding(card_id, why)


def _before_live_chat(card, above, names):
    if names.is_flow:
        return
    if not any(isinstance(each, QuestionCard) for each in above):
        yield Finding(
            card.id, "Ask whether they would like to talk to someone before the live chat.", stops=False
        )
    asked = {each.attribute for each in above if isinstance(each, CaptureCard)}
    for name, words in {"first_name": "first name", "email": "email"}.items():
        if name not in asked and name in names.attributes:
            text = f"Ask for their {words} before the live chat."
            yield Finding(card.id, text, stops=False, fix=(f"ask:{name}:{card.id}", "Add a card"))


def _flow(card, names, *, is_last):
    flow = names.flows.get(card.flow)
    if flow is None:
        yield Finding(card.id, "This conversational flow is not published.")
    elif names.key in _flows_under(card.flow, names):
        yield Finding(card.id, "This flow runs itself: it would never come to an end.")
    elif not is_last and may_end_in_live_chat(flow, names):
        name = names.flow_names.get(card.flow, "This flow")
        yield Finding(card.id, f"“{name}” may end in a live chat. {LIVE_CHAT_CARD_IS_LAST}")


def _flows_under(key, names):
    """The flow itself, and every flow that it runs, or that those run."""
    seen, pending = set(), [key]
    while pending:
        flow = pending.pop()
        if flow not in seen:
            seen.add(flow)
            pending += names.flows[flow].flows if flow in names.flows else []
    return seen


def may_end_in_live_chat(document, names):
    """Whether some way through it, or through a flow that it runs, comes to a live chat card."""
    under = {each for flow in document.flows for each in _flows_under(flow, names)}
    documents = [document, *(names.flows[flow] for flow in under if flow in names.flows)]
    return any(isinstance(card, LiveChatCard) for each in documents for card in each.cards())


def _same(one, other):
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
