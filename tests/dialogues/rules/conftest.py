"""A marketer's custom rules: the page of one, and rules to begin with."""

import pytest
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from routing.models import CustomRule

LIST = reverse("admin:routing_customrule_changelist")
ADD = reverse("admin:routing_customrule_add")
DUTCH = {"attribute": "language", "operator": "is", "value": "nl"}
PRICING = {"attribute": "page", "operator": "contains", "value": "pricing"}
BIG = {"attribute": "company_size", "operator": "greater", "value": "200"}


def conditions_of(*conditions, match="all"):
    return {"match": "all", "groups": [{"match": match, "conditions": list(conditions)}]}


def text_of(answer):
    return " ".join(answer.content.decode().split())


class Page:
    """The page of a rule as a browser without scripts would use it: every button sends every field."""

    def __init__(self, client, path=ADD):
        self.client, self.path, self.typed = client, path, {}
        self._took(client.get(path))

    def type(self, **typed):
        self.typed |= typed
        return self

    def condition(self, group, condition, attribute, operator="is", value=""):
        prefix = f"group-{group}-condition-{condition}"
        for name, typed in (("attribute", attribute), ("operator", operator), ("value", value)):
            self.typed[f"{prefix}-{name}"] = typed
        return self

    def press(self, do):
        button = {"_save": "Save"} if do == "save" else {"do": do}
        return self._took(self.client.post(self.path, self.fields | self.typed | button, follow=True))

    @property
    def form(self):
        return self.answer.context["adminform"].form

    @property
    def text(self):
        return text_of(self.answer)

    @property
    def is_saved(self):
        return "adminform" not in self.answer.context

    @property
    def fields(self):
        """What the page shows in its fields, as the browser would send it."""
        rows = self.form.rows
        bound = [*self.form, *rows.form, *(field for group in rows.groups for field in group.form)]
        bound += [field for group in rows.groups for row in group.conditions for field in row.form]
        sent = {field.html_name: field.value() for field in bound}
        missing = [name for name in sent if f'name="{name}"' not in self.text]
        # Without anybody to choose there is no box for them.
        assert set(missing) <= {"agents", "teams"}
        return {name: value for name, value in sent.items() if value is not None}

    @property
    def errors(self):
        """What each field of a condition says is wrong with it."""
        rows = [row.form for group in self.form.rows.groups for row in group.conditions]
        return {
            form[name].html_name: errors[0]
            for form in rows
            if form.is_bound
            for name, errors in form.errors.items()
        }

    def _took(self, answer):
        self.answer, self.typed = answer, {}
        return self


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def page(as_max, alice):
    return Page(as_max).type(name="Dutch", agents=[alice.pk]).condition(0, 0, "language", value="nl")


@pytest.fixture
def sign_in(db):
    def sign_in(role):
        user = User.objects.create_user(role)
        user.groups.add(Role.objects.get(name=role))
        browser = Client()
        browser.force_login(user)
        return browser

    return sign_in


@pytest.fixture
def rule(alice):
    """Makes a rule that leads to Alice."""

    def rule(name, *conditions, raw=None, **fields):
        made = CustomRule.objects.create(
            name=name, conditions=conditions_of(*conditions) if raw is None else raw, **fields
        )
        made.agents.add(alice)
        return made

    return rule


def change(rule):
    return reverse("admin:routing_customrule_change", args=[rule.pk])
