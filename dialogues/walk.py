"""What follows from a place in a stream, up to the next card that waits for the visitor.

It only reads: what it comes past is carried out by a conversation, or shown before there is one.
"""

from dataclasses import dataclass, field
from functools import cached_property

from dialogues.cards import ActionCard, CaptureCard, FlowCard, GoalCard, PdfCard
from dialogues.document import ConditionalCard, LiveChatCard, QuestionCard
from dialogues.models.message import LONGEST_MESSAGE
from dialogues.tokens import fill, fill_html

# Deeper than that nobody means to go: a flow that runs itself would never come to an end.
DEEPEST = 10


@dataclass(frozen=True)
class Said:
    """`by` is the stream and the id of the card that says it."""

    text: str
    html: str = ""
    by: tuple = field(default=(None, ""), compare=False)


@dataclass(frozen=True)
class Shown:
    pdf: int
    by: tuple = field(default=(None, ""), compare=False)


@dataclass(frozen=True)
class Kept:
    attribute: str
    value: str


@dataclass(frozen=True)
class Reached:
    goal: int


class Walk:
    """`known` is what is known of the visitor; `can_ask` says of a route's key whether it finds somebody now, and
    `flow` gives the live stream of a flow's key, or None. `returns` is where flows go back to: pairs of a stream and
    the id of the card that called the flow."""

    def __init__(self, stream, *, known, can_ask, flow, returns=()):
        self.stream, self.known, self.returns = stream, dict(known), list(returns)
        self._can_ask, self._flow = can_ask, flow
        self.happenings = []
        # The card that waits for the visitor; None: nothing follows.
        self.card = None

    @cached_property
    def language(self):
        return self.known.get("language", "")

    def begin(self):
        self._go(self.stream.read().start, 0)
        return self

    def at(self, card_id):
        """Begins at this card. Raises KeyError if there is none."""
        self._go(*self.stream.read().find(card_id))
        return self

    def into(self, branch):
        self._go(branch, 0)
        return self

    def on_after(self, card_id):
        branch, index = self.stream.read().find(card_id)
        self._go(branch, index + 1)
        return self

    def _go(self, branch, index):
        while branch:
            branch, index = self._through(branch, index)

    def _through(self, branch, index):
        """To the end of the branch. Gives where it goes on, or nothing where it stands or has ended."""
        for card in branch.from_card(index):
            match card:
                case CaptureCard(if_known="skip") if self.known.get(card.attribute):
                    continue
                case CaptureCard():
                    return self._stand(card, "question")
                case QuestionCard():
                    return self._stand(card, "text")
                case LiveChatCard():
                    return self._stand(card, "connecting")
                case ConditionalCard():
                    cases = (case for case in card.cases if case.holds(self.known, can_ask=self._can_ask))
                    return next(cases, card.otherwise).branch, 0
                case GoalCard(goal=0) | PdfCard(pdf=0, text=""):
                    # A draft may not say yet which.
                    continue
                case GoalCard():
                    self.happenings.append(Reached(card.goal))
                case ActionCard():
                    self._act(card)
                case FlowCard():
                    if flow := self._enter(card):
                        return flow.read().start, 0
                case PdfCard():
                    self._say(card, "text")
                    if card.pdf:
                        self.happenings.append(Shown(card.pdf, by=(self.stream, card.id)))
                case _:
                    self._say(card, "text")
        return self._back()

    def _stand(self, card, name):
        self._say(card, name)
        self.card = card
        return None, 0

    def _say(self, card, name):
        text = fill(card.said(name, self.language), self.known)
        html = card.said("html", self.language) if hasattr(card, "html") else ""
        if len(text) > LONGEST_MESSAGE:
            # What visitors have answered makes it longer than the marketer wrote it.
            text, html = text[: LONGEST_MESSAGE - 1] + "…", ""
        if text:
            self.happenings.append(Said(text, fill_html(html, self.known), by=(self.stream, card.id)))

    def _act(self, card):
        for attribute, value in card.values.items():
            self.known[attribute] = fill(value, self.known)
            self.happenings.append(Kept(attribute, self.known[attribute]))

    def _enter(self, card):
        """The flow's live stream; without one, or too deep, the flow is passed over."""
        flow = self._flow(card.flow) if len(self.returns) < DEEPEST else None
        if flow:
            self.returns.append((self.stream, card.id))
            self.stream = flow
        return flow

    def _back(self):
        """To what follows the flow that has come to its end, if it was one."""
        if not self.returns:
            return None, 0
        self.stream, card_id = self.returns.pop()
        branch, index = self.stream.read().find(card_id)
        return branch, index + 1
