"""What one person typed, laid over what another has saved meanwhile."""

from dialogues.admin.card_forms import Choices
from dialogues.admin.side import form_of


class Merged:
    """`data` is for the form of the card as it is now; `theirs` says by card what else stands in a field
    that both have changed; `lost` is what was typed into a card that is gone."""

    def __init__(self, document, typed):
        self.typed, self.data, self.theirs = typed, {}, {}
        choices = Choices(document)
        self.present = {card.id for card in document.cards()}
        for card in document.cards():
            if f"card:{card.id}" == typed.get("chosen"):
                self._lay_over(form_of(card, choices))
        self.lost = [value for name, value in typed.items() if self._is_lost(name, value)]

    def _lay_over(self, form):
        for field in form or []:
            now = "" if field.initial is None else str(field.initial)
            before = _lines(self.typed.get(field.html_initial_name, now))
            mine = _lines(self.typed.get(field.html_name, before))
            self.data[field.html_initial_name] = now
            self.data[field.html_name] = now if mine == before else mine
            if mine != before and now not in (before, mine):
                self.theirs.setdefault(form.card.id, []).append((field.label, now))

    def _is_lost(self, name, value):
        card_id, _, field = name.partition("-")
        is_field = field and f"initial-{name}" in self.typed
        return (
            is_field
            and card_id not in self.present
            and _lines(self.typed[f"initial-{name}"]) != _lines(value)
        )


def _lines(text):
    return "\n".join(text.splitlines())
