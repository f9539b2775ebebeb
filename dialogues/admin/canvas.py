"""A stream's document as what the canvas shows: branches, and in them cards, each with what is found about it."""

from dataclasses import dataclass, field

from dialogues.document import (
    ActionCard,
    CaptureCard,
    ConditionalCard,
    FlowCard,
    GoalCard,
    LiveChatCard,
    MeetingCard,
    MessageCard,
    Otherwise,
    PdfCard,
    QuestionCard,
    Response,
)
from dialogues.models import Attribute, Dialogue, Goal, Pdf
from routing.models import Route

LONGEST_NAME = 60
# By the tag of the card, in the order of the palette.
KINDS = {
    "message": ("💬", "Message"),
    "question": ("❓", "Question"),
    "document": ("📄", "Document"),
    "capture": ("✎", "Information capture"),
    "meeting": ("🗓️", "Meeting booking"),
    "goal": ("🎯", "Goal"),
    "action": ("⚡", "Action"),
    "conditional": ("≣", "Conditional branching"),
    "flow": ("↪", "Conversational flow"),
    "live_chat": ("👤", "Live chat"),
}


class Canvas:
    """`alert` is a pair of a card's id and why a step was refused there."""

    def __init__(self, document, *, findings=(), chosen="", alert=("", "")):
        self.findings, self.chosen, self.alert = findings, chosen, alert
        self.names = Names(document)
        self.cards, self.branches = {}, {}
        self.start = BranchRow(self, "", document.start)

    @property
    def problems(self):
        return [finding for finding in self.findings if finding.stops]

    @property
    def suggestions(self):
        return [finding for finding in self.findings if not finding.stops]


class Names:
    """What the rows are called that the document names, read once for the whole page."""

    def __init__(self, document):
        routes = Route.objects.select_related("agent", "team").in_bulk(document.routes)
        self.routes = {key: _capitalised(str(route)) for key, route in routes.items()}
        self.goals = _names_of(Goal, document.goals)
        self.pdfs = _names_of(Pdf, document.pdfs)
        self.flows = _names_of(Dialogue, document.flows)
        self.attributes = dict(Attribute.objects.values_list("name", "label"))

    def says(self, card):
        match card:
            case MessageCard() | QuestionCard():
                return card.text
            case CaptureCard():
                return card.question
            case PdfCard():
                return self.pdfs.get(card.pdf, "")
            case GoalCard():
                return self.goals.get(card.goal, "")
            case FlowCard():
                return self.flows.get(card.flow, "")
            case ActionCard():
                return ", ".join(
                    f"{self.attributes.get(name, name)}: {value}" for name, value in card.values.items()
                )
            case MeetingCard() | LiveChatCard():
                return self.routes.get(card.route, "")
            case ConditionalCard():
                return f"{len(card.openings)} branches"

    def leads(self, opening):
        """What stands above a branch: when it is taken."""
        match opening:
            case Response():
                return opening.text
            case Otherwise():
                return "Otherwise"
        words = [opening.conditions.in_words(self.attributes)] if opening.conditions.groups else []
        if opening.route is not None:
            words.append(f"Somebody is available: {self.routes.get(opening.route, '')}")
        return ", and ".join(words) or "No condition yet"


@dataclass(eq=False)
class BranchRow:
    canvas: Canvas
    opener: str
    branch: object
    words: str = "Start"
    above: "CardRow" = None
    is_otherwise: bool = False
    cards: list = field(default_factory=list)

    def __post_init__(self):
        self.canvas.branches[self.opener] = self
        self.cards = [CardRow(self, card, index) for index, card in enumerate(self.branch.from_card(0))]

    @property
    def is_open(self):
        """Whether a card can be added at its end."""
        return self.branch.end is None

    @property
    def is_chosen(self):
        return self.canvas.chosen == f"branch:{self.opener}"

    @property
    def place_at_end(self):
        return f"{self.opener}:{len(self.branch.cards)}"

    @property
    def is_end_chosen(self):
        return self.canvas.chosen == f"place:{self.place_at_end}"

    @property
    def name(self):
        return f"{_short(self.words)} (after “{_short(self.above.says)}”)" if self.above else self.words

    @property
    def all_cards(self):
        for row in self.cards:
            yield row
            yield from row.cards_below

    @property
    def count(self):
        return sum(1 for _ in self.all_cards)


class CardRow:
    def __init__(self, branch, card, index):
        self.branch, self.card, self.index, self.canvas = branch, card, index, branch.canvas
        self.canvas.cards[card.id] = self
        self.tag = card.__struct_config__.tag
        self.icon, self.kind = KINDS[self.tag]
        self.says = " ".join(self.canvas.names.says(card).split())
        self.findings = [finding for finding in self.canvas.findings if finding.card_id == card.id]
        self.problems = [finding for finding in self.findings if finding.stops]
        self.alert = self.canvas.alert[1] if self.canvas.alert[0] == card.id else ""
        self.branches = [
            BranchRow(
                self.canvas,
                opening.id,
                opening.branch,
                words=self.canvas.names.leads(opening),
                above=self,
                is_otherwise=isinstance(opening, Otherwise),
            )
            for opening in getattr(card, "openings", [])
        ]

    @property
    def is_chosen(self):
        return self.canvas.chosen == f"card:{self.card.id}"

    @property
    def is_poke(self):
        """Shown beside the launcher before anybody has opened it."""
        is_first = not self.branch.opener and self.index == 0
        return is_first and isinstance(self.card, QuestionCard) and self.card.poke

    @property
    def title(self):
        return f"{self.kind} “{_short(self.says)}”" if self.says else self.kind

    @property
    def cards_below(self):
        return [row for branch in self.branches for row in branch.all_cards]

    @property
    def place_above(self):
        return f"{self.branch.opener}:{self.index}"

    @property
    def place_below(self):
        return f"{self.branch.opener}:{self.index + 1}"

    @property
    def place_for_more(self):
        """Where the palette adds a card while this one is chosen."""
        if self.branches:
            return self.branches[0].place_at_end
        return self.place_above if isinstance(self.card, LiveChatCard) else self.place_below


def _names_of(model, keys):
    return {key: str(row) for key, row in model.objects.in_bulk(keys).items()}


def _capitalised(text):
    return text[:1].upper() + text[1:]


def _short(text):
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"
