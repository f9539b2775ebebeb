"""A visitor and a page, made up to see which dialogue they meet."""

from datetime import timedelta
from typing import NamedTuple

from django import forms

from dialogues.addresses import matches
from dialogues.admin.condition_forms import labels
from dialogues.audience import Visit, in_words, why_never, why_not
from dialogues.facts import address_in
from dialogues.models import Appearance, Dialogue
from routing.clock import clock
from routing.facts import FACTS

LONGEST_VALUE = 2000
MOST_TIMES = 1000
MOST_DAYS = 3650


class Met(NamedTuple):
    """A dialogue, how this visitor would come to it, and why they do not."""

    dialogue: Dialogue
    words: str
    because: list
    wins: bool


class VisitForm(forms.Form):
    is_returning = forms.BooleanField(required=False, label="Has been here before today")
    days_ago = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_DAYS,
        label="Days since the last time",
        help_text="Since they were through any of these; empty: today.",
    )

    def __init__(self, data=None):
        super().__init__(data)
        self.labels = labels()
        for name, label in self.labels.items():
            self.fields[f"known-{name}"] = forms.CharField(
                required=False, max_length=LONGEST_VALUE, label=label
            )
        self.fields[
            "known-page"
        ].help_text = "Its whole address, such as https://shop.example/pricing?plan=pro"
        self.dialogues = list(Dialogue.objects.order_by("priority", "pk"))
        for dialogue in self.dialogues:
            self.fields[f"ended-{dialogue.pk}"] = forms.IntegerField(
                required=False, min_value=0, max_value=MOST_TIMES, label=str(dialogue)
            )

    def clean(self):
        given = super().clean()
        page = given.get("known-page", "")
        if page and not (address_in(page) and matches(page, page)):
            self.add_error("known-page", "Write the whole address, from https:// on.")
        return given

    @property
    def facts(self):
        return [self[f"known-{name}"] for name in FACTS]

    @property
    def known(self):
        return [self[f"known-{name}"] for name in self.labels if name not in FACTS]

    @property
    def ended(self):
        return [self[f"ended-{each.pk}"] for each in self.dialogues if not each.is_flow]

    def meet(self):
        """Every dialogue in order of priority, with why this visitor does not meet it."""
        visit, now = self._visit(), clock()
        is_enabled = Appearance.objects.get().is_chat_enabled
        met, winner = [], None
        for dialogue in self.dialogues:
            because = [*why_never(dialogue), *why_not(dialogue, visit, now=now, labels=self.labels)]
            if not is_enabled:
                because.append("The chat is switched off.")
            if winner and not because:
                because = [f"“{winner}” comes first."]
            wins = not because
            winner = dialogue if wins else winner
            met.append(Met(dialogue, in_words(dialogue, self.labels), because, wins))
        return met

    def _visit(self):
        given = self.cleaned_data
        then = clock() - timedelta(days=given["days_ago"] or 0)
        known = {name: given[f"known-{name}"] for name in self.labels}
        return Visit(
            known={name: value for name, value in known.items() if value},
            is_returning=given["is_returning"],
            ended={each.pk: [then] * (given[f"ended-{each.pk}"] or 0) for each in self.dialogues},
        )
