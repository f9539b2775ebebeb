"""The stream page as a browser without scripts would use it: every button sends every field."""

import re

from django.urls import reverse


class Page:
    def __init__(self, client, dialogue, *, chosen=""):
        self.client, self.path = client, reverse("admin:dialogues_dialogue_stream", args=[dialogue.pk])
        self.typed = {}
        self.open(chosen)

    def open(self, chosen=""):
        return self._took(self.client.get(self.path, {"chosen": chosen}))

    def type(self, **typed):
        """Types into fields; a name is the card's id, two underscores, and the field."""
        self.typed |= {name.replace("__", "-"): value for name, value in typed.items()}
        return self

    def press(self, do):
        return self._took(self.client.post(self.path, self.fields | self.typed | {"do": do}, follow=True))

    def choose(self, card_id):
        return self.press(f"card:{card_id}")

    @property
    def text(self):
        return self.answer.content.decode()

    @property
    def chosen(self):
        return self.answer.context["canvas"].chosen

    @property
    def fields(self):
        """What the browser would send of the form, as it stands on the page."""
        context = self.answer.context
        sent = {"revision": context["revision"], "chosen": self.chosen}
        form = getattr(context["side"], "form", ())
        for field in form:
            if f'name="{field.html_name}"' not in self.text:
                continue
            sent[field.html_name] = _value(field.value()) or _first_choice(field)
            if field.field.show_hidden_initial:
                assert f'name="{field.html_initial_name}"' in self.text
                before = form.data.get(field.html_initial_name) if form.is_bound else None
                sent[field.html_initial_name] = _value(field.initial if before is None else before)
        return sent

    def card(self, card_id):
        """The part of the canvas that is this card."""
        [part] = re.findall(rf'<div class="card[^>]*id="card-{card_id}".*?\n    </div>', self.text, re.S)
        return part

    @property
    def side(self):
        """What stands beside the canvas."""
        [part] = re.findall(r'<section id="designer-side".*?</section>', self.text, re.S)
        return part

    def _took(self, answer):
        self.answer, self.typed = answer, {}
        return self


def _value(value):
    return "" if value is None else str(value)


def _first_choice(field):
    choices = getattr(field.field, "choices", None)
    return str(choices[0][0]) if choices else ""
