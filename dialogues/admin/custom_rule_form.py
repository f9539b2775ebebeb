"""The form of a custom rule. Only Save saves: its other buttons show it again as it stands, with what was typed."""

from hashlib import sha256

from django import forms
from django.db.models import Count, Q

from dialogues.admin.condition_forms import ConditionRows, labels
from dialogues.admin.trial import Trial
from dialogues.admin.typed_conditions import as_typed, take, typed_in
from routing.admin.agent_choice import AgentsField
from routing.conditions import as_json
from routing.models import CustomRule, Team
from routing.models.custom_rule import one_change_at_a_time

LONGEST_DESCRIPTION = 2000
TRY = "try"
CHANGED = (
    "Somebody else has changed this rule since you opened it, so nothing of yours is saved yet. "
    "Press Save again to keep yours, or open the rule anew to see theirs."
)


class TeamsField(forms.ModelMultipleChoiceField):
    def __init__(self, **options):
        asked = Count("members", filter=Q(members__user__is_active=True))
        super().__init__(Team.objects.annotate(asked=asked).order_by("name"), **options)

    def label_from_instance(self, team):
        return team.name if team.asked else f"{team.name} (nobody is on it)"


class CustomRuleForm(forms.ModelForm):
    description = forms.CharField(
        required=False, max_length=LONGEST_DESCRIPTION, widget=forms.Textarea(attrs={"rows": 2})
    )
    priority = forms.IntegerField(
        min_value=1, help_text="Its place in the order: the first rule that matches, from 1 on, decides."
    )
    # What the rule was when the page was made.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = CustomRule
        fields = ["name", "description", "priority", "agents", "teams"]

    def __init__(self, data=None, files=None, *, instance=None, initial=None, **kwargs):
        step = data.get("do", "") if data else ""
        rule = instance or CustomRule()
        self.labels = labels()
        typed = typed_in(data) if data else as_typed(rule)
        focus = take(step, typed)
        if step:
            initial, data, files = _as_initial(data), None, None
        else:
            initial = {"seen": _state(rule)} | (initial or {})
        super().__init__(data, files, instance=instance, initial=initial, **kwargs)
        self._before = rule.conditions
        self._choose_targets(rule)
        self.rows = ConditionRows(
            typed,
            labels=self.labels,
            kept=_asked_for(rule),
            is_bound=self.is_bound or step == TRY,
            focus=focus,
        )
        self.in_words, self.unreadable = _words_of(rule, self.labels)
        self.is_stepped, self.is_tried = bool(step), step == TRY
        self.trial = self._try(rule) if self.is_tried and self.rows.is_valid() else None

    @property
    def changed_data(self):
        changed = [name for name in super().changed_data if name != "seen"]
        return [*changed, "conditions"] if self.instance.conditions != self._before else changed

    def clean_name(self):
        name = self.cleaned_data["name"]
        # Held until this is saved: who presses twice finds the rule that the first press has made.
        one_change_at_a_time()
        if CustomRule.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("There is a rule with this name already.")
        return name

    def clean(self):
        given = super().clean()
        if self.rows.is_valid():
            self._take_conditions()
        else:
            self.add_error(None, "See what is wrong with the conditions below.")
        if not self.errors.keys() & {"agents", "teams"}:
            self._check_targets(given)
        if self.instance.pk and given["seen"] != (now := _state(CustomRule.objects.get(pk=self.instance.pk))):
            self.data = self.data.copy()
            self.data["seen"] = now
            self.add_error(None, CHANGED)
        return given

    def _take_conditions(self):
        try:
            self.instance.conditions = as_json(self.rows.read())
        except ValueError as refused:
            self.add_error(None, str(refused))

    def _check_targets(self, given):
        if any(agent.user.is_active for agent in given["agents"]) or given["teams"]:
            return
        if given["agents"]:
            self.add_error("agents", "Everybody chosen is deactivated: choose somebody who can be asked.")
        else:
            self.add_error("agents", "Choose at least one agent or team.")

    def _choose_targets(self, rule):
        if "agents" not in self.fields:
            return
        named = rule.agents.values("pk") if rule.pk else []
        boxes = {"required": False, "widget": forms.CheckboxSelectMultiple}
        self.fields["agents"] = AgentsField(named=named, **boxes)
        self.fields["teams"] = TeamsField(**boxes)

    def _try(self, rule):
        place = self.initial.get("priority", "")
        place = int(place) if place.isdecimal() and len(place) < 10 else rule.priority
        return Trial(rule, self.rows.read(), place=place, labels=self.labels)


def _as_initial(data):
    """What was typed, to be shown again as it is."""
    typed = {name: data.get(name, "") for name in ("name", "description", "priority", "seen")}
    return typed | {name: data.getlist(name) for name in ("agents", "teams")}


def _words_of(rule, labels):
    """The conditions in words, and what is wrong if they cannot be read."""
    try:
        return rule.read().in_words(labels), ""
    except ValueError as refused:
        return "", f"The conditions that are kept cannot be read: {refused}"


def _asked_for(rule):
    try:
        return rule.read().attributes
    except ValueError:
        return []


def _state(rule):
    """What somebody who saves must have seen. The order is changed on another page too, and loses nothing."""
    if not rule.pk:
        return ""
    targets = [sorted(some.values_list("pk", flat=True)) for some in (rule.agents, rule.teams)]
    content = (rule.name, rule.description, rule.conditions, targets)
    return sha256(repr(content).encode()).hexdigest()[:16]
