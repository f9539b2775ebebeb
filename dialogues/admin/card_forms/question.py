"""The question card: a row for each response, and one more for the next."""

import re

from django import forms

from dialogues.admin.card_forms.card_form import (
    CardForm,
    line_field,
    rearranged,
    text_field,
    write_translation,
)
from dialogues.answers import LONGEST_ANSWER
from dialogues.document import Response, new_id
from dialogues.editing import Refused


class QuestionForm(CardForm):
    text = text_field("Question")
    attribute = forms.ChoiceField(label="Keep the answer as", required=False)
    poke = forms.BooleanField(
        label="Poke: show the question beside the launcher before anybody opens it", required=False
    )
    spoken = ("text",)
    template_name = "admin/dialogues/cards/question.html"

    def prepare(self):
        kept = self.choices.attributes_and(*filter(None, [self.card.attribute]))
        self.fields["attribute"].choices = [("", "not kept"), *kept]
        if self.choices.first != self.card.id:
            del self.fields["poke"]
        self.before = {response.id: response for response in self.card.responses}
        sent = re.compile(rf"{re.escape(self.card.id)}-response-([0-9a-zA-Z_-]{{1,40}})-text")
        found = (sent.fullmatch(name) for name in self.data)
        # The name that the next one has from now on: who types on while it is being saved writes one response.
        more = [match[1] for match in found if match and match[1] not in self.before] or [new_id()]
        self.ids = [*self.before, *more]
        for key in self.ids:
            self.fields[f"response-{key}-text"] = line_field("Response", longest=LONGEST_ANSWER)
            self.fields[f"response-{key}-value"] = line_field("Stored as", longest=LONGEST_ANSWER)
            for language, name in self.choices.languages.items():
                field = line_field(f"Response in {name}", longest=LONGEST_ANSWER)
                field.widget.attrs["lang"] = language
                self.fields[f"{language}-response-{key}"] = field

    def read(self):
        known = {"text": self.card.text, "attribute": self.card.attribute, "poke": self.card.poke}
        for key, response in self.before.items():
            known |= {f"response-{key}-text": response.text, f"response-{key}-value": response.value}
            for language in self.choices.languages:
                said = response.translations.get(language, {}).get("text", "")
                known[f"{language}-response-{key}"] = said
        return known

    def write(self, card):
        card.text, card.attribute = self.cleaned_data["text"], self.cleaned_data["attribute"]
        card.poke = self.cleaned_data.get("poke", card.poke)
        self.write_translations(card)
        self._write_responses(card)
        card.responses = rearranged(card.responses, self.do)

    @property
    def own_fields(self):
        return [self["text"]]

    @property
    def more_fields(self):
        return [self[name] for name in ("attribute", "poke") if name in self.fields]

    @property
    def rows(self):
        """A response's key, whether it is there already, and its fields."""
        return [
            (key, key in self.before, self[f"response-{key}-text"], self[f"response-{key}-value"])
            for key in self.ids
        ]

    @property
    def translations(self):
        return [
            (name, [*fields, *(self[f"{language}-response-{key}"] for key in self.ids if key in self.before)])
            for (language, _), (name, fields) in zip(
                self.choices.languages.items(), super().translations, strict=True
            )
        ]

    def _write_responses(self, card):
        """One without a text is taken away. Each keeps its branch, whatever it says now. Raises Refused."""
        before = {response.id: response for response in card.responses}
        kept = []
        for key in self.ids:
            if text := " ".join(self.cleaned_data[f"response-{key}-text"].split()):
                response = before.get(key) or Response(id=key, text=text)
                response.text, response.value = text, self.cleaned_data[f"response-{key}-value"]
                for language in self.choices.languages:
                    write_translation(
                        response, language, {"text": self.cleaned_data[f"{language}-response-{key}"]}
                    )
                kept.append(response)
        for response in before.values():
            if response.branch.from_card(0) and not any(response is each for each in kept):
                raise Refused(f"“{response.text}” leads to cards; delete those first.", card.id)
        if len({response.text for response in kept}) < len(kept):
            raise Refused("Two responses say the same.", card.id)
        card.responses = kept
