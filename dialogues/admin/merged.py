"""What one person typed, laid over what another has saved meanwhile."""

from dialogues.admin.card_forms import Choices, form_for
from dialogues.document import Document


class Merged:
    """`data` is for the forms of the present document; `theirs` says by card what else stands in a field
    that both have changed; `lost` is what was typed into cards that are gone."""

    def __init__(self, dialogue, typed):
        shown = dialogue.draft or dialogue.live_stream
        document = shown.read() if shown else Document()
        self.typed = typed
        # What was typed about a card to add stays as it is.
        self.data = {name: value for name, value in typed.items() if name.startswith("add-")}
        self.theirs = {}
        choices = Choices(document)
        self.present = {card.id for card in document.cards()}
        for card in document.cards():
            self._lay_over(form_for(card, choices))
        self.lost = [value for name, value in typed.items() if self._is_lost(name, value)]

    def _lay_over(self, form):
        for field in form:
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
