"""The list of custom rules says in which order they are tried, what each means and what is wrong with it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues.models import Attribute
from routing.models import CustomRule, Team
from tests.dialogues.rules.conftest import BIG, DUTCH, LIST, PRICING, Page, change, text_of

# The order


def order():
    return [(rule.priority, rule.name) for rule in CustomRule.objects.in_order()]


def test_a_new_rule_comes_last(as_max, rule, alice):
    rule("A", DUTCH, priority=1)
    rule("B", DUTCH, priority=4)

    Page(as_max).type(name="C", agents=[alice.pk]).condition(0, 0, "language", value="nl").press("save")

    assert order() == [(1, "A"), (2, "B"), (3, "C")]


def test_a_rule_is_put_at_the_place_that_was_typed(as_max, rule):
    rules = [rule(name, DUTCH, priority=n) for n, name in enumerate("ABC", start=1)]

    Page(as_max, change(rules[2])).type(priority="1").press("save")

    assert order() == [(1, "C"), (2, "A"), (3, "B")]


@pytest.mark.parametrize("priority", ["0", "-1", "", "first", "99999999999"])
def test_a_place_that_is_none_is_refused(page, priority):
    page.type(priority=priority).press("save")

    assert "priority" in page.form.errors


def test_the_list_moves_rules_up_and_down(as_max, rule):
    rules = [rule(name, DUTCH, priority=1) for name in "ABC"]

    def move(rule, way):
        return as_max.post(reverse("admin:routing_customrule_move", args=[rule.pk, way]))

    answer = move(rules[2], "up")
    move(rules[0], "down")
    move(rules[2], "up")
    move(rules[1], "down")

    assert order() == [(1, "C"), (2, "A"), (3, "B")]
    assert answer.headers["Location"] == f"{LIST}#rule-{rules[2].pk}"
    assert move(rules[0], "sideways").status_code == 404
    history = as_max.get(reverse("admin:routing_customrule_history", args=[rules[1].pk]))
    assert "Moved down, to number 3." in text_of(history)


def test_the_first_does_not_go_up_and_the_last_not_down(as_max, rule):
    for n, name in enumerate("AB", start=1):
        rule(name, DUTCH, priority=n)

    buttons = re.findall(r'aria-label="(Move [^"]*)"', text_of(as_max.get(LIST)))

    assert buttons == ["Move A down", "Move B up"]


# The list


def faults(client):
    return {rule.name: rule.faults for rule in client.get(LIST).context["cl"].result_list}


def test_the_list_reads_each_rule_in_words(as_max, rule, sales):
    Attribute.objects.create(name="company_size", label="How many people")
    rule("Dutch", DUTCH, BIG).teams.add(sales)

    page = text_of(as_max.get(LIST))

    assert "Language is &quot;nl&quot; and How many people is greater than 200" in page
    assert "<bdi>Alice</bdi><br><bdi>team Sales</bdi>" in page


def test_a_rule_that_makes_sense_has_nothing_to_look_at(as_max, rule):
    rule("Dutch", DUTCH, priority=1)
    rule("Pricing", PRICING, priority=2)

    assert faults(as_max) == {"Dutch": [], "Pricing": []}


def test_a_rule_that_can_never_be_reached_is_marked(as_max, rule):
    rule("Dutch", DUTCH, priority=1)
    rule("Dutch on pricing", PRICING, DUTCH, priority=2)
    rule("Both", PRICING, {"attribute": "page", "operator": "is_empty"}, priority=3)
    rule("Nothing", raw={}, priority=4)
    rule("Odd", raw=[], priority=5)

    assert faults(as_max) == {
        "Dutch": [],
        "Dutch on pricing": ["It is never reached: whenever it matches, “Dutch” has matched before."],
        "Both": ["It never matches: its conditions exclude each other."],
        "Nothing": ["It never matches, for it has no conditions."],
        "Odd": ["It never matches, for it cannot be read: This cannot be read as conditions."],
    }


def test_a_rule_that_leads_nowhere_is_marked(as_max, rule, alice, bob):
    rule("Deactivated", DUTCH)
    rule("Nobody", PRICING).agents.clear()
    team = Team.objects.create(name="Empty")
    rule("Empty", {"attribute": "page", "operator": "is", "value": "/"}).teams.add(team)
    somebody = rule("Somebody", {"attribute": "page", "operator": "is", "value": "/a"})
    somebody.teams.add(Team.objects.create(name="Bob's"))
    somebody.teams.get().members.add(bob)
    alice.deactivate()

    assert faults(as_max) == {
        "Deactivated": ["It leads to nobody who can be asked."],
        "Nobody": ["It leads to nobody: no agent and no team is named."],
        "Empty": ["It leads to nobody who can be asked."],
        "Somebody": [],
    }
    assert "Alice (deactivated)" in text_of(as_max.get(LIST))


def test_a_rule_that_asks_for_what_is_gone_is_marked(as_max, rule):
    rule("Big", BIG)

    assert faults(as_max) == {"Big": ["The attribute “Company size” no longer exists."]}


def test_a_longer_list_asks_no_more_questions(as_max, rule, sales):
    rule("A", DUTCH).teams.add(sales)
    with CaptureQueriesContext(connection) as one:
        as_max.get(LIST)
    for name in "BCD":
        rule(name, PRICING).teams.add(sales)

    with CaptureQueriesContext(connection) as four:
        as_max.get(LIST)

    assert len(four) == len(one)
