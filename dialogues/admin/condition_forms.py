"""The conditions of a custom rule as the fields of a form, and the buttons that add and remove them.

Between the page and the fields they are plain data, as they are stored but with whatever was typed in it.
"""

import re

from django import forms

from dialogues.models import Attribute
from routing.condition import Condition, Operator, name_of
from routing.conditions import MOST_CONDITIONS, MOST_GROUPS, Conditions, Group, read
from routing.facts import FACTS

FIELD = re.compile(r"group-(\d{1,3})-(?:(match)|condition-(\d{1,3})-(attribute|operator|value))")
OF_CONDITIONS = [("all", "all of its conditions hold"), ("any", "any of its conditions holds")]
OF_GROUPS = [("all", "all groups match"), ("any", "any group matches")]
VALUELESS = (Operator.IS_EMPTY, Operator.IS_NOT_EMPTY)


def labels():
    """What people call each attribute and each fact that rules can ask for."""
    return dict(Attribute.objects.values_list("name", "label")) | FACTS


def blank_condition():
    return {"attribute": "", "operator": Operator.IS.value, "value": ""}


def blank_group():
    return {"match": "all", "conditions": [blank_condition()]}


def as_typed(rule):
    """The rule's conditions as somebody would have typed them. What cannot be read is left out."""
    try:
        conditions = read(rule.conditions)
    except ValueError:
        conditions = Conditions()
    groups = [
        {"match": group.match, "conditions": [_typed(condition) for condition in group.conditions]}
        for group in conditions.groups
    ]
    return {"match": conditions.match, "groups": groups or [blank_group()]}


def typed_in(data):
    """The conditions in what a page sent, in their order there."""
    groups = {}
    for name in data:
        if found := FIELD.fullmatch(name):
            group, match, condition, field = found.groups()
            typed = groups.setdefault(int(group), {"match": "all", "conditions": {}})
            if match:
                typed["match"] = data[name]
            else:
                typed["conditions"].setdefault(int(condition), blank_condition())[field] = data[name]
    filled = [groups[n] for n in sorted(groups) if groups[n]["conditions"]]
    for group in filled:
        group["conditions"] = [condition for _, condition in sorted(group["conditions"].items())]
    return {"match": data.get("match", "all"), "groups": filled or [blank_group()]}


def take(step, typed):
    """Adds or removes what the pressed button names; returns the name of the field to go on with."""
    action, *places = step.split(":")
    try:
        group, condition = (int(place) for place in [*places, 0, 0][:2])
        groups = typed["groups"]
        conditions = groups[group]["conditions"]
        match action:
            case "add-group" if len(groups) < MOST_GROUPS:
                groups.append(blank_group())
                return f"group-{len(groups) - 1}-condition-0-attribute"
            case "add-condition" if len(conditions) < MOST_CONDITIONS:
                conditions.append(blank_condition())
                return f"group-{group}-condition-{len(conditions) - 1}-attribute"
            case "remove-condition":
                del conditions[condition]
                typed["groups"] = [each for each in groups if each["conditions"]] or [blank_group()]
                return f"add-condition:{group}" if conditions else "add-group"
            case "remove-group":
                del groups[group]
                typed["groups"] = groups or [blank_group()]
                return "add-group"
    except (IndexError, ValueError):
        # The button of another page: there is nothing to add to or to remove.
        return ""
    return ""


class MatchForm(forms.Form):
    match = forms.ChoiceField()

    def __init__(self, *args, label, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["match"].label, self.fields["match"].choices = label, choices


class ConditionForm(forms.Form):
    attribute = forms.ChoiceField(error_messages={"required": "Choose an attribute."})
    operator = forms.ChoiceField(label="Comparison", choices=Operator.choices)
    value = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 1, "cols": 30}),
        help_text="Several: one a line, or with commas between them.",
    )

    def clean(self):
        given = super().clean()
        if not self.errors:
            try:
                self.condition = Condition(given["attribute"], Operator(given["operator"]), **self._wanted)
            except ValueError as refused:
                self.add_error("value", str(refused))
        return given

    @property
    def _wanted(self):
        value = self.cleaned_data["value"]
        match self.cleaned_data["operator"]:
            case Operator.ONE_OF:
                # A value may have a comma in it where each has a line of its own.
                parts = value.split("\n" if "\n" in value else ",")
                return {"values": [part.strip() for part in parts if part.strip()]}
            case Operator.IS_EMPTY | Operator.IS_NOT_EMPTY:
                return {}
            case _:
                return {"value": " ".join(value.split())}


class ConditionRow:
    def __init__(self, rows, place, typed, prefix):
        self.place, self.form = place, ConditionForm(rows.data, prefix=prefix, initial=typed)
        self.form.fields["attribute"].choices = rows.attributes
        if rows.focus == f"{prefix}-attribute":
            self.form.fields["attribute"].widget.attrs["autofocus"] = True
        self.is_unknown = bool(typed["attribute"]) and typed["attribute"] in rows.unknown


class GroupRow:
    def __init__(self, rows, place, typed):
        prefix = f"group-{place}"
        self.place, self.is_next = place, rows.focus == f"add-condition:{place}"
        self.form = MatchForm(
            rows.data,
            prefix=prefix,
            label=f"Group {place + 1} matches if",
            choices=OF_CONDITIONS,
            initial={"match": typed["match"]},
        )
        self.conditions = [
            ConditionRow(rows, n, condition, f"{prefix}-condition-{n}")
            for n, condition in enumerate(typed["conditions"])
        ]
        self.is_full = len(self.conditions) >= MOST_CONDITIONS


class ConditionRows:
    """All the fields. `kept` are names of attributes that the rule has asked for so far, whether they exist or not."""

    def __init__(self, typed, *, labels, kept=(), is_bound=False, focus=""):
        self.focus = focus
        self.unknown = [name for name in kept if name not in labels]
        self.attributes = self._choices(labels)
        self.data = _as_data(typed) if is_bound else None
        self.form = MatchForm(
            self.data, label="The rule matches if", choices=OF_GROUPS, initial={"match": typed["match"]}
        )
        self.groups = [GroupRow(self, n, group) for n, group in enumerate(typed["groups"])]
        self.is_full = len(self.groups) >= MOST_GROUPS

    def is_valid(self):
        forms = [self.form, *(group.form for group in self.groups)]
        forms += [row.form for group in self.groups for row in group.conditions]
        # Each of them, so that each says what is wrong with it.
        return all([form.is_valid() for form in forms])  # noqa: C419

    def read(self):
        """The conditions that the fields come to. Raises ValueError."""
        groups = [
            Group(group.form.cleaned_data["match"], [row.form.condition for row in group.conditions])
            for group in self.groups
        ]
        return Conditions(self.form.cleaned_data["match"], groups)

    def _choices(self, labels):
        own = [(name, label) for name, label in labels.items() if name not in FACTS]
        gone = [(name, f"{name_of(name, {})} (no longer exists)") for name in self.unknown]
        groups = [("Known of every visitor", list(FACTS.items())), ("Attributes", own), ("Gone", gone)]
        return [("", "Choose…"), *(group for group in groups if group[1])]


def _as_data(typed):
    """What was typed, under the names that the fields have now."""
    data = {"match": typed["match"]}
    for n, group in enumerate(typed["groups"]):
        data[f"group-{n}-match"] = group["match"]
        for m, condition in enumerate(group["conditions"]):
            data |= {f"group-{n}-condition-{m}-{name}": value for name, value in condition.items()}
    return data


def _typed(condition):
    value = condition.value
    if condition.values:
        # One value with a comma in it gets a second, empty line, which keeps it whole.
        lines = condition.values if "," not in condition.values[0] else [*condition.values, ""]
        value = "\n".join(lines)
    return {"attribute": condition.attribute, "operator": condition.operator.value, "value": value}
