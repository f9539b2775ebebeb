"""Conditional branching: the conditions of each branch, with the fields of custom rules, and who must be free."""

import re
from itertools import chain
from types import SimpleNamespace

from django import forms

from dialogues.admin.card_forms.card_form import CardForm, rearranged
from dialogues.admin.card_forms.choices import GONE, NOTHING, route_to, target_of
from dialogues.admin.condition_forms import OF_CONDITIONS, OF_GROUPS, ConditionForm, MatchForm
from dialogues.admin.typed_conditions import as_typed, blank_condition, blank_group
from dialogues.document import Case
from dialogues.editing import Refused
from routing.conditions import MOST_CONDITIONS, MOST_GROUPS, Conditions, Group
from routing.facts import FACTS


class ConditionalForm(CardForm):
    """The fields of each branch are forms of their own; together they are read and written as this one."""

    template_name = "admin/dialogues/cards/conditional.html"

    def prepare(self):
        self.cases = []
        asked = [name for case in self.card.cases for name in case.conditions.attributes]
        gone = [
            (name, GONE.format(name=name)) for name in dict.fromkeys(asked) if name not in self.choices.labels
        ]
        groups = [("Known of every visitor", list(FACTS.items())), ("Attributes", self.choices.attributes)]
        self.attributes = [NOTHING, *groups, *([("Gone", gone)] if gone else [])]
        self.cases = [CaseFields(self, number, case) for number, case in enumerate(self.card.cases, 1)]

    def read(self):
        return {}

    def __iter__(self):
        return chain.from_iterable(case.fields for case in self.cases)

    def is_valid(self):
        # Each of them, so that each says what is wrong with it.
        return all([super().is_valid(), *(case.is_valid() for case in self.cases if not self._goes(case))])

    def write(self, card):
        cases = {case.id: case for case in card.cases}
        for fields in self.cases:
            if fields.id in cases and not self._goes(fields):
                fields.write(cases[fields.id])
        card.cases = [case for case in rearranged(card.cases, self.do) if self.do != f"save:remove:{case.id}"]
        for gone in cases.values():
            if gone.branch.from_card(0) and not any(gone is each for each in card.cases):
                raise Refused("This branch leads to cards; delete those first.", card.id)
        if self.do == "save:add":
            card.cases.append(Case())

    def _goes(self, fields):
        return self.do == f"save:remove:{fields.id}"

    @property
    def own_fields(self):
        return []


class CaseFields:
    """The fields of one branch. Below its conditions there is always a blank one for the next."""

    def __init__(self, form, number, case):
        self.form, self.number, self.id = form, number, case.id
        self.prefix = f"{form.card.id}-case-{case.id}"
        data = form.data if form.is_bound else None
        typed = as_typed(SimpleNamespace(read=lambda: case.conditions))
        self.route = TargetForm(
            data, prefix=self.prefix, initial={"target": _target(form, case)}, label_suffix=""
        )
        self.route.fields["target"].choices = [("", "whoever is available"), *form.choices.targets]
        self.match = _match(data, self.prefix, "The branch is taken if", OF_GROUPS, typed["match"])
        self.groups = [
            GroupFields(self, place, group, data)
            for place, group in enumerate(
                _with_blank(typed["groups"], f"{self.prefix}-group", form, blank_group, MOST_GROUPS)
            )
        ]
        self.own = [*self.route, *self.match]
        for field in self.fields:
            field.field.show_hidden_initial = True

    @property
    def fields(self):
        return [*self.own, *chain.from_iterable(group.fields for group in self.groups)]

    @property
    def hidden_match(self):
        """Of one group it makes no difference."""
        match = self.match["match"]
        return match.as_hidden() + match.as_hidden(only_initial=True)

    @property
    def is_more_than_one_group(self):
        return sum(not group.is_blank for group in self.groups) > 1

    def is_valid(self):
        return all(
            [self.route.is_valid(), self.match.is_valid(), *(group.is_valid() for group in self.groups)]
        )

    def write(self, case):
        groups = [group.read() for group in self.groups if not group.is_blank]
        case.conditions = Conditions(self.match.cleaned_data["match"], groups)
        target = self.route.cleaned_data["target"]
        case.route = route_to(target).pk if target else None


class GroupFields:
    def __init__(self, case, place, typed, data):
        self.number, self.prefix = place + 1, f"{case.prefix}-group-{place}"
        self.match = _match(data, self.prefix, "These conditions hold if", OF_CONDITIONS, typed["match"])
        rows = _with_blank(
            typed["conditions"], f"{self.prefix}-condition", case.form, blank_condition, MOST_CONDITIONS
        )
        self.conditions = [
            ConditionForm(
                data,
                prefix=f"{self.prefix}-condition-{n}",
                initial=row,
                use_required_attribute=False,
                label_suffix="",
            )
            for n, row in enumerate(rows)
        ]
        for condition in self.conditions:
            condition.fields["attribute"].choices = case.form.attributes
            condition.fields["value"].help_text = ""

    @property
    def fields(self):
        return [*self.match, *chain.from_iterable(self.conditions)]

    @property
    def filled(self):
        """A row without an attribute asks nothing."""
        return [condition for condition in self.conditions if condition["attribute"].value()]

    @property
    def is_blank(self):
        return not self.filled

    def is_valid(self):
        return all([self.match.is_valid(), *(condition.is_valid() for condition in self.filled)])

    def read(self):
        return Group(self.match.cleaned_data["match"], [condition.condition for condition in self.filled])


class TargetForm(forms.Form):
    target = forms.ChoiceField(label="And an agent can be asked now of", required=False)


def _match(data, prefix, label, choices, match):
    return MatchForm(
        data, prefix=prefix, label=label, choices=choices, initial={"match": match}, label_suffix=""
    )


def _with_blank(typed, prefix, form, blank, most):
    """What is there, and one more; of what was sent, just as much."""
    if not form.is_bound:
        return [*typed, *([] if _is_blank(typed[-1]) else [blank()])][:most]
    sent = re.compile(rf"{re.escape(prefix)}-(\d{{1,2}})-.*")
    places = [int(match[1]) for match in map(sent.fullmatch, form.data) if match]
    count = max(places, default=0) + 1
    return [*typed, *(blank() for _ in range(count))][: min(count, most)]


def _is_blank(typed):
    return not typed.get("conditions", [typed])[-1]["attribute"]


def _target(form, case):
    return target_of(form.choices.routes[case.route]) if case.route else ""
