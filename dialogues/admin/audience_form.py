"""The form that says who meets a dialogue, and where. Only Save saves: its other buttons add or remove conditions."""

import json
from hashlib import sha256

from django import forms
from django.core.exceptions import ValidationError

from dialogues.addresses import as_target
from dialogues.admin.condition_forms import ConditionRows, labels
from dialogues.admin.lines import LinesField
from dialogues.admin.typed_conditions import as_typed, take, typed_in
from dialogues.models import Dialogue
from routing import conditions

LONGEST_LIST = 100_000
LONGEST_WAIT_SECONDS = 24 * 60 * 60
WHERE = ("targets", "exclusions")
WHO = ("known", "returning")
WHEN = ("seconds_on_page", "seconds_on_site", "scroll_percent")
HOW_OFTEN = ("at_most", "again_after_days", "priority")
CHANGED = (
    "Somebody else has changed who sees this dialogue since you opened it, so nothing of yours is saved yet. "
    "Press Save again to keep yours, or open the page anew to see theirs."
)


def read_target(line):
    try:
        return as_target(line)
    except ValueError as refused:
        raise ValidationError(str(refused)) from None


def addresses(**options):
    area = forms.Textarea(attrs={"rows": 4, "cols": 60, "spellcheck": "false"})
    return LinesField(read=read_target, required=False, max_length=LONGEST_LIST, widget=area, **options)


def seconds(label):
    return forms.IntegerField(required=False, min_value=1, max_value=LONGEST_WAIT_SECONDS, label=label)


class Kept:
    """The conditions of a dialogue, read as those of a rule are."""

    def __init__(self, dialogue):
        self.dialogue = dialogue

    def read(self):
        return conditions.read(self.dialogue.audience) if self.dialogue.audience else conditions.Conditions()

    @property
    def attributes(self):
        try:
            return self.read().attributes
        except ValueError:
            return []


class AudienceForm(forms.ModelForm):
    targets = addresses(
        label="Shown on",
        help_text="One address a line, such as https://shop.example/pricing or https://*.shop.example/help/*. "
        "Empty: on every page.",
    )
    exclusions = addresses(label="But not on", help_text="One address a line, written the same way.")
    seconds_on_page = seconds("Seconds on the page")
    seconds_on_site = seconds("Seconds on the site")
    scroll_percent = forms.IntegerField(
        required=False, min_value=1, max_value=100, label="Percent of the page scrolled"
    )
    at_most = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1000,
        label="Times at most",
        help_text="A visitor has been through it when a conversation by it has ended. Empty: as often as they like.",
    )
    again_after_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3650,
        label="Again after days",
        help_text="Empty: never again.",
    )
    priority = forms.IntegerField(
        min_value=1, max_value=1_000_000, help_text="Where several are for a visitor, 1 comes first."
    )
    # What it was when the page was made.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Dialogue
        fields = [*WHERE, *WHO, *WHEN, *HOW_OFTEN]
        labels = {"known": "Known or not", "returning": "First visit or not"}

    def __init__(self, data=None, *, instance):
        step, kept = (data.get("do", "") if data else ""), Kept(instance)
        typed = typed_in(data) if data else as_typed(kept)
        focus = take(step, typed)
        initial = {name: data.get(name, "") for name in [*self.Meta.fields, "seen"]} if step else None
        super().__init__(
            None if step else data, instance=instance, initial=initial or {"seen": _state(instance)}
        )
        self.is_stepped = bool(step)
        self._typed = typed
        self.rows = ConditionRows(
            typed,
            labels=labels(),
            kept=kept.attributes,
            is_bound=self.is_bound and self._has_conditions,
            focus=focus,
        )
        self.rows.form.fields["match"].label = "The visitor is meant if"

    where = property(lambda self: [self[name] for name in WHERE])
    who = property(lambda self: [self[name] for name in WHO])
    when = property(lambda self: [self[name] for name in WHEN])
    how_often = property(lambda self: [self[name] for name in HOW_OFTEN])

    def clean(self):
        given = super().clean()
        if self._has_conditions and not self.rows.is_valid():
            self.add_error(None, "See what is wrong with the conditions below.")
        elif given.get("again_after_days") and not given.get("at_most") and "at_most" not in self.errors:
            self.add_error("at_most", "Say after how many times those days begin.")
        if given["seen"] != (now := _state(Dialogue.objects.get(pk=self.instance.pk))):
            self.data = self.data.copy()
            self.data["seen"] = now
            self.add_error(None, CHANGED)
        if not self.errors:
            self.instance.audience = self._read_conditions()
        return given

    def save(self, commit=True):
        self.instance.save(update_fields=[*self.Meta.fields, "audience"])
        return self.instance

    @property
    def _has_conditions(self):
        """Whether any was begun: nobody has to name one."""
        typed = [each for group in self._typed["groups"] for each in group["conditions"]]
        return any(each["attribute"] or each["value"].strip() for each in typed)

    def _read_conditions(self):
        return conditions.as_json(self.rows.read()) if self._has_conditions else {}


def _state(dialogue):
    """What somebody who saves must have seen."""
    content = [getattr(dialogue, name) for name in [*AudienceForm.Meta.fields, "audience"]]
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
