"""What one person typed, laid over what another has saved meanwhile."""

from django.forms import BooleanField, FileField

from dialogues.admin.card_forms import Choices, form_for


class Merged:
    """`data` is for the form of the card as it is now; `theirs` says by card what else stands in a field
    that both have changed; `lost` is what was typed into a card that is gone."""

    def __init__(self, document, typed):
        self.typed, self.data, self.theirs = typed, {}, {}
        choices = Choices(document)
        self.present = {card.id for card in document.cards()}
        for card in document.cards():
            if f"card:{card.id}" == typed.get("chosen"):
                self._lay_over(form_for(card, choices))
                self._add_what_only_this_page_has(card)
        self.lost = [value for name, value in typed.items() if self._is_lost(name, value)]

    def _lay_over(self, form):
        for field in form:
            if isinstance(field.field, FileField):
                continue
            now = _lines(field.initial)
            before = _lines(self.typed.get(field.html_initial_name, now))
            mine = self._mine(field, before)
            self.data[field.html_initial_name] = now
            self.data[field.html_name] = now if mine == before else mine
            if mine != before and now not in (before, mine):
                self.theirs.setdefault(form.card.id, []).append((field.label, now))

    def _mine(self, field, before):
        if isinstance(field.field, BooleanField) and field.html_initial_name in self.typed:
            # A box that is not ticked is not sent.
            return str(field.html_name in self.typed)
        return _lines(self.typed.get(field.html_name, before))

    def _add_what_only_this_page_has(self, card):
        """A response or a row that was added here: the form as it is now has no field for it yet."""
        for name, value in self.typed.items():
            if name.startswith(f"{card.id}-") and name not in self.data and self._is_typed(name, value):
                self.data |= {name: value, f"initial-{name}": ""}

    def _is_lost(self, name, value):
        card_id, _, field = name.partition("-")
        return bool(field) and card_id not in self.present and self._is_typed(name, value)

    def _is_typed(self, name, value):
        before = self.typed.get(f"initial-{name}")
        return before is not None and _lines(before) != _lines(value)


def _lines(text):
    return "" if text is None else "\n".join(str(text).splitlines())
