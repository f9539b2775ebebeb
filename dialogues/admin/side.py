"""What stands beside the canvas: the chosen card's form, the chosen branch, or the place for a new card."""

from dialogues.admin.card_forms import Choices, form_for


class Side:
    """`data` is what was typed, `theirs` what somebody else wrote meanwhile into fields that were typed into."""

    def __init__(self, canvas, document, *, data=None, theirs=None):
        self.canvas, self.theirs = canvas, theirs or {}
        self.what, _, about = canvas.chosen.partition(":")
        self.card = canvas.cards.get(about) if self.what == "card" else None
        self.branch = canvas.branches.get(about) if self.what == "branch" else None
        self.opener, self.place = "", ""
        if self.what == "place":
            self._stand_at(about)
        if self.card:
            self.form = form_for(self.card.card, Choices(document), data)
            self.theirs = self.theirs.get(self.card.card.id, [])

    def _stand_at(self, place):
        self.opener, _, index = place.rpartition(":")
        if self.opener in self.canvas.branches and index.isdecimal():
            self.place, self.branch = place, self.canvas.branches[self.opener]

    @property
    def place_for_more(self):
        """Where the palette adds a card."""
        if self.place:
            return self.place
        if self.card:
            return self.card.place_for_more
        branch = self.branch or self.canvas.start
        while branch.cards and branch.cards[-1].branches:
            branch = branch.cards[-1].branches[0]
        return branch.place_at_end

    @property
    def place_in_words(self):
        opener, _, index = self.place_for_more.rpartition(":")
        branch = self.canvas.branches[opener]
        rows = branch.cards[: int(index)]
        return f"below {rows[-1].title}" if rows else f"first in branch “{branch.words}”"

    @property
    def places(self):
        """Where the card can go: pairs of a branch's name, and pairs of a place and its words."""
        below = {branch.opener for row in [self.card, *self.card.cards_below] for branch in row.branches}
        for branch in self.canvas.branches.values():
            if branch.opener in below:
                continue
            others = [row for row in branch.cards if row is not self.card]
            words = ["First", *(f"Below {row.title}" for row in others if not row.branches)]
            if others and others[-1].tag == "live_chat":
                words.pop()
            yield branch.name, [(f"{branch.opener}:{index}", each) for index, each in enumerate(words)]

    @property
    def values(self):
        """Pairs of a field's label and what it says, for who may only read."""
        return [(field.label, _shown(field)) for field in self.form]


def _shown(field):
    value = field.initial
    choices = getattr(field.field, "choices", None)
    return dict(choices).get(value, value) if choices else value
