"""What each button of the stream page does to the document, what it says about it, and what is looked at next."""

from typing import NamedTuple

from dialogues.admin.canvas import Canvas
from dialogues.admin.new_card import card_that_asks, new_card
from dialogues.copying import copy_branch, copy_card, remove_branch
from dialogues.editing import add_card, move_card, move_card_to, remove_card


class Done(NamedTuple):
    """`chosen` is what stands beside the canvas next; `words` say what was done; to look changes no card."""

    chosen: str
    words: str
    is_look: bool = False


class Change:
    """`data` is what was sent beside the button; `before` is the canvas as it was."""

    def __init__(self, document, data):
        self.document, self.data = document, data
        self.before = Canvas(document)

    def take(self, step, about):
        """Raises Refused where the grammar forbids it, and KeyError where there is no such step, card or branch."""
        match step:
            case "save":
                return Done(self.data.get("chosen", ""), self._saved())
            case "card" | "branch" | "place" | "add":
                return self._look(step, about)
            case "new" | "ask":
                return self._add(step, about)
            case "up" | "down" | "move":
                self._move(step, about)
                return self._stands(about, "moved to")
            case "copy" | "copy-to":
                place = _place(self.data.get("to", "")) if step == "copy-to" else {}
                return self._stands(copy_card(self.document, about, **place).id, "copied to")
            case "copy-branch":
                copy = copy_branch(self.document, about)
                return Done(f"branch:{copy.id}", f"{self._branch(about)} was copied.")
            case "delete-branch":
                card = remove_branch(self.document, about, with_cards=self._with(about))
                return Done(f"card:{card.id}", f"{self._branch(about)} was deleted.")
            case "delete":
                remove_card(self.document, about, with_branches=self._with(about))
                row = self.before.cards[about]
                return Done(_beside(row), f"{row.title} was deleted.")
        raise KeyError(step)

    def _saved(self):
        row = self.before.cards.get(self.data.get("chosen", "").partition(":")[2])
        return f"{row.kind} was saved." if row else "Saved."

    def _look(self, step, about):
        match step:
            case "card":
                return Done(f"card:{about}", f"{self.before.cards[about].title} is chosen.", is_look=True)
            case "branch":
                return Done(f"branch:{about}", f"{self._branch(about)} is chosen.", is_look=True)
        place = about if step == "place" else self.before.branches[about].place_at_end
        where = self._branch(_place(place)["opener"])
        words = f"Choose the card to add. {where}, place {_number(place)}."
        return Done(f"place:{place}", words, is_look=True)

    def _add(self, step, about):
        if step == "new":
            kind, _, place = about.partition(":")
            card, where = new_card(kind), _place(place)
        else:
            name, _, card_id = about.partition(":")
            card, where = card_that_asks(name), _place(self.before.cards[card_id].place_above)
        add_card(self.document, card, **where)
        return self._stands(card.id, "added to")

    def _move(self, step, card_id):
        if step == "move":
            move_card_to(self.document, card_id, **_place(self.data.get("to", "")))
        else:
            move_card(self.document, card_id, by=-1 if step == "up" else 1)

    def _stands(self, card_id, done):
        """Where a card stands now."""
        row = Canvas(self.document).cards[card_id]
        return Done(f"card:{card_id}", f"{row.kind} {done} branch {row.branch.words}, place {row.index + 1}.")

    def _branch(self, opener):
        return f"Branch {self.before.branches[opener].words}"

    def _with(self, part):
        return f"with-{part}" in self.data


def _place(text):
    """A branch and a place in it, as they are written in what is sent."""
    opener, _, index = text.rpartition(":")
    if not index.isdecimal():
        raise KeyError(text)
    return {"opener": opener, "index": int(index)}


def _number(place):
    return _place(place)["index"] + 1


def _beside(row):
    """What is chosen when a card is gone: the one above it, else the branch."""
    if row.index:
        return f"card:{row.branch.cards[row.index - 1].card.id}"
    return f"branch:{row.branch.opener}" if row.branch.opener else ""
