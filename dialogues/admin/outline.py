"""A stream's document as the rows of a page: branches, and in them cards, each with its form."""

from dialogues.admin.card_forms import KINDS, AddForm, Choices, form_for
from dialogues.document import QuestionCard

LONGEST_TITLE = 60


class Outline:
    """`data` is what was typed; `alert` is a pair of a card's id and why a step was refused there."""

    def __init__(self, document, *, faults=(), data=None, alert=("", ""), theirs=None, lost=()):
        self.choices = Choices(document)
        self.data, self.alert, self.theirs, self.lost = data, alert, theirs or {}, lost
        self.faults = [Fault(card_id, text) for card_id, text in faults]
        self.cards = {}
        self.branches = {}
        self.start = BranchRow(self, "", document.start)

    def is_valid(self):
        wrong = [form for form in self._typed() if form.errors]
        return not wrong

    def write(self, document):
        """Puts what was typed into the document's cards. Raises Refused."""
        for form in self._typed():
            form.write(document.card(form.card.id))

    def _typed(self):
        return [row.form for row in self.cards.values() if row.form.is_bound]


class Fault:
    def __init__(self, card_id, text):
        self.card_id, self.text = card_id, text


class BranchRow:
    def __init__(self, outline, opener, branch):
        self.opener = opener
        outline.branches[opener] = self
        self.cards = [CardRow(outline, card) for card in branch.from_card(0)]
        places = [(0, "First"), *((index, f"After {row.title}") for index, row in enumerate(self.cards, 1))]
        self.add_form = AddForm(opener, places, first_free=len(branch.cards), data=outline.data)


class CardRow:
    def __init__(self, outline, card):
        self.card = card
        outline.cards[card.id] = self
        self.form = form_for(card, outline.choices, outline.data)
        self.faults = [fault.text for fault in outline.faults if fault.card_id == card.id]
        self.alert = outline.alert[1] if outline.alert[0] == card.id else ""
        self.theirs = outline.theirs.get(card.id, [])
        self.responses = []
        if isinstance(card, QuestionCard):
            self.responses = [
                (response, BranchRow(outline, response.id, response.branch)) for response in card.responses
            ]

    @property
    def title(self):
        return f"{self.kind}: “{self.says}”" if self.says else self.kind

    @property
    def kind(self):
        return KINDS[self.card.__struct_config__.tag]

    @property
    def says(self):
        says = " ".join(_words_of(self.card).split())
        return says if len(says) <= LONGEST_TITLE else says[: LONGEST_TITLE - 1] + "…"

    @property
    def values(self):
        """Pairs of a field's label and what it says, for who may only read."""
        return [(field.label, _shown(field)) for field in self.form]

    @property
    def cards_below(self):
        return sum(1 for _, branch in self.responses for _ in _all_in(branch))


def _words_of(card):
    for name in ("text", "question", "connecting"):
        if hasattr(card, name):
            return getattr(card, name)
    return ""


def _shown(field):
    value = field.initial
    choices = getattr(field.field, "choices", None)
    return dict(choices).get(value, value) if choices else value


def _all_in(branch):
    for row in branch.cards:
        yield row
        for _, below in row.responses:
            yield from _all_in(below)
