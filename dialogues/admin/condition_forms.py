"""The conditions of a custom rule as the fields of a form."""

from django import forms

from dialogues.admin.typed_conditions import as_data
from dialogues.models import Attribute
from routing.condition import Condition, Operator, name_of
from routing.conditions import MOST_CONDITIONS, MOST_GROUPS, Conditions, Group
from routing.facts import FACTS

OF_CONDITIONS = [("all", "all of its conditions hold"), ("any", "any of its conditions holds")]
OF_GROUPS = [("all", "all groups match"), ("any", "any group matches")]


def labels():
    """What people call each attribute and each fact that rules can ask for."""
    return dict(Attribute.objects.values_list("name", "label")) | FACTS


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
        self.data = as_data(typed) if is_bound else None
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
