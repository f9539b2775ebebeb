"""The action card: rows of an attribute and what it becomes."""

import re

from django import forms

from dialogues.admin.card_forms.card_form import CardForm, line_field
from dialogues.admin.card_forms.choices import NOTHING
from dialogues.answers import LONGEST_ANSWER


class ActionForm(CardForm):
    template_name = "admin/dialogues/cards/action.html"

    def prepare(self):
        attributes = [NOTHING, *self.choices.attributes_and(*self.card.values)]
        sent = re.compile(rf"{re.escape(self.card.id)}-(\d{{1,3}})-attribute")
        places = {int(match[1]) for match in map(sent.fullmatch, self.data) if match}
        # One more than there are.
        self.places = sorted(places | set(range(len(self.card.values) + (not self.is_bound))))
        for place in self.places:
            self.fields[f"{place}-attribute"] = forms.ChoiceField(
                label="Attribute", required=False, choices=attributes
            )
            self.fields[f"{place}-value"] = line_field("becomes", longest=LONGEST_ANSWER, tokens=True)

    def read(self):
        known = {}
        for place, (attribute, value) in enumerate(self.card.values.items()):
            known |= {f"{place}-attribute": attribute, f"{place}-value": value}
        return known

    def clean(self):
        given, seen = super().clean(), set()
        for place in self.places:
            attribute, value = given.get(f"{place}-attribute"), given.get(f"{place}-value")
            if attribute and attribute in seen:
                self.add_error(f"{place}-attribute", "This attribute is set twice.")
            if value and not attribute and f"{place}-attribute" not in self.errors:
                self.add_error(f"{place}-attribute", "Choose the attribute.")
            seen.add(attribute)
        return given

    def write(self, card):
        rows = (
            (self.cleaned_data[f"{place}-attribute"], self.cleaned_data[f"{place}-value"])
            for place in self.places
        )
        card.values = {attribute: value for attribute, value in rows if attribute}

    @property
    def own_fields(self):
        return []

    @property
    def rows(self):
        return [(self[f"{place}-attribute"], self[f"{place}-value"]) for place in self.places]
