"""What a stream says, as a typed document whose grammar cannot hold a card below a live chat card.

A branch is cards in order and at most one end. A live chat card is an end, so nothing can follow it (Adobe
Dynamic Chat, "Live chat overview": the card is always last in its branch); a question and a conditional branching
card are ends too, and open branches of their own.
"""

import hashlib
import json
from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from dialogues.cards import (
    ActionCard,
    CaptureCard,
    Card,
    FlowCard,
    GoalCard,
    Id,
    MeetingCard,
    MessageCard,
    PdfCard,
    Spoken,
    new_id,
)
from routing.conditions import Conditions
from routing.facts import FACTS

LIVE_CHAT_CARD_IS_LAST = "The live chat card must be the last card in its branch."
# The key of no row: a card of a draft names none yet.
NOTHING = 0


class Response(Spoken):
    """A way to answer a question, and the branch it opens. What is stored is `value`, else the text."""

    text: str
    branch: "Branch" = field(default_factory=lambda: Branch())
    value: str = ""


class QuestionCard(Spoken, tag_field="card", tag="question"):
    """Asks, and goes on in the branch of the response. The first card of a stream may poke: show beside the
    launcher before anybody has opened it."""

    text: str
    responses: list[Response] = field(default_factory=list)
    attribute: str = ""
    poke: bool = True

    @property
    def words(self):
        return [self.text, *(response.text for response in self.responses)]

    @property
    def openings(self):
        return self.responses


class LiveChatCard(Spoken, tag_field="card", tag="live_chat"):
    """Hands the visitor over to the agents that the route, a row's key, finds."""

    route: int
    connecting: str = ""

    @property
    def words(self):
        return [self.connecting]

    @property
    def openings(self):
        return []


class Case(Struct, forbid_unknown_fields=True, kw_only=True):
    """A branch for visitors who meet the conditions and, if a route is named, for whom somebody can be asked now."""

    conditions: Conditions = field(default_factory=Conditions)
    route: int | None = None
    branch: "Branch" = field(default_factory=lambda: Branch())
    id: Id = field(default_factory=new_id)

    @property
    def attributes(self):
        conditions = (condition for group in self.conditions.groups for condition in group.conditions)
        return {condition.attribute for condition in conditions} - set(FACTS)

    def holds(self, known, *, can_ask):
        """Whether it is for the visitor of whom this is known. `can_ask` says of a route whether it finds somebody."""
        if not self.conditions.groups and self.route is None:
            return False
        is_meant = not self.conditions.groups or self.conditions.verdict(known).matches
        return is_meant and (self.route is None or can_ask(self.route))


class Otherwise(Struct, forbid_unknown_fields=True, kw_only=True):
    """The branch for whom no case holds."""

    branch: "Branch" = field(default_factory=lambda: Branch())
    id: Id = field(default_factory=new_id)


class ConditionalCard(Spoken, tag_field="card", tag="conditional"):
    """Conditional branching, not seen: goes on in the branch of the first case that holds."""

    cases: list[Case] = field(default_factory=list)
    otherwise: Otherwise = field(default_factory=Otherwise)

    @property
    def words(self):
        return []

    @property
    def openings(self):
        return [*self.cases, self.otherwise]


End = QuestionCard | LiveChatCard | ConditionalCard
AnyCard = Card | End


class Branch(Struct, forbid_unknown_fields=True):
    cards: list[Card] = field(default_factory=list)
    end: End | None = None

    def from_card(self, index) -> list[AnyCard]:
        """The cards from `index` on, with the end as the last."""
        return [*self.cards, *filter(None, [self.end])][index:]


class Document(Struct, forbid_unknown_fields=True):
    start: Branch = field(default_factory=Branch)

    def __post_init__(self):
        ids = [card.id for card in self.cards()] + [opener for opener, _ in self.branches()]
        if len(set(ids)) < len(ids):
            raise ValueError("Two cards or responses have the same id.")

    @classmethod
    def load(cls, data):
        """The document in plain `data`. Raises msgspec.ValidationError where the grammar is broken."""
        return msgspec.convert(data, cls)

    def dump(self):
        return msgspec.to_builtins(self)

    @property
    def revision(self):
        """A name for what it says now: who changes it says what they have seen."""
        text = json.dumps(self.dump(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def poke(self):
        """The question that may stand beside the launcher before anybody has opened it, or None."""
        match self.start:
            case Branch(cards=[], end=QuestionCard(poke=True) as question):
                return question
        return None

    def branches(self) -> Iterator[tuple[str, Branch]]:
        """Every branch, with the id of the response or case that opens it, which is empty for the first."""
        pending = [("", self.start)]
        while pending:
            opener, branch = pending.pop(0)
            yield opener, branch
            if branch.end:
                pending.extend((opening.id, opening.branch) for opening in branch.end.openings)

    def branch(self, opener) -> Branch:
        """The branch that the response or case of this id opens. Raises KeyError."""
        return dict(self.branches())[opener]

    def cards(self) -> Iterator[AnyCard]:
        for _, branch in self.branches():
            yield from branch.from_card(0)

    def find(self, card_id) -> tuple[Branch, int]:
        """The branch a card is in, and its place there. Raises KeyError."""
        for _, branch in self.branches():
            for index, card in enumerate(branch.from_card(0)):
                if card.id == card_id:
                    return branch, index
        raise KeyError(card_id)

    def card(self, card_id) -> AnyCard:
        branch, index = self.find(card_id)
        return branch.from_card(index)[0]

    # The rows it names, by key; attributes by name

    @property
    def routes(self):
        cards = list(self.cards())
        named = {card.route for card in cards if isinstance(card, LiveChatCard | MeetingCard)}
        cases = (case for card in cards if isinstance(card, ConditionalCard) for case in card.cases)
        return named | {case.route for case in cases if case.route}

    @property
    def attributes(self):
        return set().union(*(self.attributes_of(card) for card in self.cards()))

    @staticmethod
    def attributes_of(card):
        match card:
            case CaptureCard() | QuestionCard():
                return {card.attribute} - {""}
            case ActionCard():
                return set(card.values)
            case ConditionalCard():
                return set().union(*(case.attributes for case in card.cases))
            case _:
                return set()

    @property
    def flows(self):
        return {card.flow for card in self.cards() if isinstance(card, FlowCard)} - {NOTHING}

    def goes_on_after(self, flow):
        """Whether something follows a card that runs this flow."""
        return any(
            isinstance(card, FlowCard) and card.flow == flow
            for _, branch in self.branches()
            for card in branch.from_card(0)[:-1]
        )

    @property
    def goals(self):
        return {card.goal for card in self.cards() if isinstance(card, GoalCard)} - {NOTHING}

    @property
    def pdfs(self):
        return {card.pdf for card in self.cards() if isinstance(card, PdfCard)} - {NOTHING}


__all__ = [
    "LIVE_CHAT_CARD_IS_LAST",
    "ActionCard",
    "AnyCard",
    "Branch",
    "CaptureCard",
    "Case",
    "ConditionalCard",
    "Document",
    "FlowCard",
    "GoalCard",
    "LiveChatCard",
    "MeetingCard",
    "MessageCard",
    "Otherwise",
    "PdfCard",
    "QuestionCard",
    "Response",
    "new_id",
]
