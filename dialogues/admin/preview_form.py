"""What is asked of somebody who previews a stream: from which card, as whom, when, and who is there."""

from datetime import UTC

from django import forms

from dialogues.facts import COUNTRY, address_in
from dialogues.models import Appearance, Attribute
from dialogues.preview import ACCEPTED, NOBODY, Setting
from routing.agents_then import Hand

LONGEST_VALUE = 250


class PreviewForm(forms.Form):
    at = forms.CharField(required=False, max_length=40, label="Begin at")
    language = forms.CharField(required=False, max_length=35)
    agents = forms.ChoiceField(
        choices=[("", "As it is now"), ("available", "All available"), ("away", "Nobody available")],
        required=False,
        label="Agents",
    )
    moment = forms.DateTimeField(
        required=False,
        label="When (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Empty: now. It decides which agents are there.",
    )
    page = forms.CharField(required=False, max_length=2000, help_text="Such as https://example.com/pricing")
    referrer = forms.CharField(required=False, max_length=2000)
    country = forms.CharField(required=False, max_length=2, help_text="Two letters, such as NL")

    def __init__(self, canvas, *, data=None, initial=None):
        initial = dict(initial or {})
        for name in ("page", "referrer", "language", "country"):
            if known := initial.pop(f"known-{name}", ""):
                initial[name] = known
        languages = Appearance.objects.get().languages
        super().__init__(data, initial={"language": languages[0]} | initial)
        self.fields["at"].widget = forms.Select(choices=[("", "The first card"), *_cards(canvas)])
        languages = dict.fromkeys([*languages, *filter(None, [initial.get("language")])])
        self.fields["language"].widget = forms.Select(choices=[(code, code) for code in languages])
        self.labels = dict(Attribute.objects.values_list("name", "label"))
        for name, label in self.labels.items():
            field = forms.CharField(required=False, max_length=LONGEST_VALUE, label=label)
            self.fields[f"known-{name}"] = field

    @property
    def known(self):
        return [self[f"known-{name}"] for name in self.labels]

    @property
    def as_sent(self):
        """Its fields as a browser would send them."""
        values = {name: self[name].value() for name in self.fields}
        return {name: "" if value is None else str(value) for name, value in values.items()}

    def clean_moment(self):
        moment = self.cleaned_data["moment"]
        if moment and not 2000 <= moment.year <= 2100:
            raise forms.ValidationError("Choose a moment between 2000 and 2100.")
        return moment and moment.astimezone(UTC)

    def clean_country(self):
        country = self.cleaned_data["country"].upper()
        if country and not COUNTRY.fullmatch(country):
            raise forms.ValidationError("Enter two letters, such as NL.")
        return country

    def clean(self):
        given = super().clean()
        for name in ("page", "referrer"):
            if given.get(name) and not address_in(given[name]):
                self.add_error(name, "Enter an address that begins with https:// or http://.")
        return given

    def setting(self, data):
        """With the answers that were sent beside it: those before, and the one that was given now."""
        given = self.cleaned_data
        known = {name: given[f"known-{name}"] for name in self.labels}
        return Setting(
            at=given["at"],
            attributes={name: value for name, value in known.items() if value},
            facts={name: given[name] for name in ("page", "referrer", "language", "country")},
            moment=given["moment"],
            agents=Hand(given["agents"]),
            answers=tuple(_answers(data)),
            becomes=data.get("becomes") if data.get("becomes") in (ACCEPTED, NOBODY) else "",
        )


def _answers(data):
    if not data:
        return []
    answers = list(zip(data.getlist("past_card"), data.getlist("past_given"), strict=False))
    if "back" in data:
        return answers[:-1]
    return answers + ([(data["card"], data.get("given", ""))] if "card" in data else [])


def _cards(canvas):
    return [(card_id, row.title) for card_id, row in canvas.cards.items()]
