"""A marketer writes a custom rule, button by button, and saves it if they may."""

import re

import pytest
from django.urls import reverse

from routing.models import CustomRule
from tests.dialogues.rules.conftest import ADD, DUTCH, LIST, PRICING, Page, change, conditions_of, text_of


def test_max_writes_a_rule(page, alice, sales):
    page.type(description="Who speaks Dutch", teams=[sales.pk]).press("save")

    rule = CustomRule.objects.get()
    assert (rule.name, rule.description, rule.priority) == ("Dutch", "Who speaks Dutch", 1)
    assert rule.conditions == conditions_of(DUTCH)
    assert (list(rule.agents.all()), list(rule.teams.all())) == ([alice], [sales])


def test_groups_and_conditions_are_added_and_removed_without_losing_what_was_typed(page, alice):
    page.press("add-condition:0").condition(0, 1, "page", "contains", "pricing").press("add-group")
    page.condition(1, 0, "email", "is_not_empty").type(**{"group-0-match": "any"}).press("add-group")
    page.condition(2, 0, "first_name", "is", "Vera").press("remove-group:1")
    page.press("remove-condition:0:0")

    assert not CustomRule.objects.exists()
    assert page.form["name"].value() == "Dutch"
    page.type(match="any").press("save")
    assert CustomRule.objects.get().conditions == {
        "match": "any",
        "groups": [
            {"match": "any", "conditions": [PRICING]},
            {
                "match": "all",
                "conditions": [{"attribute": "first_name", "operator": "is", "value": "Vera"}],
            },
        ],
    }


@pytest.mark.parametrize("do", ["add-group", "add-condition:0", "remove-condition:0:0", "remove-group:0"])
def test_a_button_complains_of_nothing_and_saves_nothing(as_max, do):
    page = Page(as_max).press(do)

    assert "errornote" not in page.text
    assert "errorlist" not in page.text
    assert not CustomRule.objects.exists()


@pytest.mark.parametrize(
    ("do", "field"),
    [
        ("add-condition:0", 'name="group-0-condition-1-attribute"'),
        ("add-group", 'name="group-1-condition-0-attribute"'),
    ],
)
def test_one_goes_on_typing_where_something_was_added(page, do, field):
    page.press(do)

    [focused] = re.findall(r"<[^>]* autofocus[^>]*>", page.text)
    assert field in focused


def test_a_rule_keeps_one_condition_to_fill_in(page):
    page.press("remove-condition:0:0")

    [group] = page.form.rows.groups
    assert len(group.conditions) == 1
    assert page.fields["group-0-condition-0-attribute"] == ""


@pytest.mark.parametrize(
    "do",
    [
        "remove-condition:7:0",
        "remove-condition:0:7",
        "add-condition:-x",
        "remove-group:99",
        "nonsense",
        ":::",
    ],
)
def test_a_button_that_is_not_there_does_nothing(page, do):
    page.press(do)

    assert page.fields["group-0-condition-0-attribute"] == "language"


def test_there_are_at_most_ten_groups_of_ten_conditions(page):
    for _ in range(12):
        page.press("add-condition:0")
    for _ in range(12):
        page.press("add-group")

    assert [len(group.conditions) for group in page.form.rows.groups] == [10] + [1] * 9
    assert "A group has at most 10 conditions." in page.text
    assert "A rule has at most 10 groups." in page.text


def test_max_changes_a_rule(as_max, rule, bob, alice):
    page = Page(as_max, change(rule("Dutch", DUTCH, PRICING)))

    page.condition(0, 0, "language", "one_of", "nl, nl-BE").type(agents=[bob.pk]).press("save")

    changed = CustomRule.objects.get()
    assert changed.conditions == conditions_of(
        {"attribute": "language", "operator": "one_of", "values": ["nl", "nl-BE"]}, PRICING
    )
    assert list(changed.agents.all()) == [bob]


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("Ghent, Bruges ,", ["Ghent", "Bruges"]),
        ("Ghent\r\nBruges\r\n", ["Ghent", "Bruges"]),
        ("Ghent, Belgium\r\nBruges, Belgium", ["Ghent, Belgium", "Bruges, Belgium"]),
        ("Ghent, Belgium\r\n", ["Ghent, Belgium"]),
    ],
)
def test_several_values_are_one_a_line_or_have_commas_between_them(as_max, page, typed, values):
    page.condition(0, 0, "first_name", "one_of", typed).press("save")

    rule = CustomRule.objects.get()
    assert rule.conditions["groups"][0]["conditions"][0]["values"] == values
    Page(as_max, change(rule)).press("save")
    rule.refresh_from_db()
    assert rule.conditions["groups"][0]["conditions"][0]["values"] == values


def test_a_comparison_that_takes_no_value_forgets_the_one_that_was_typed(page):
    page.condition(0, 0, "email", "is_empty", "nl").press("save")

    [condition] = CustomRule.objects.get().conditions["groups"][0]["conditions"]
    assert condition == {"attribute": "email", "operator": "is_empty"}


# Who may


def test_a_marketing_admin_writes_rules(sign_in, alice):
    page = Page(sign_in("Marketing Admin")).type(name="Dutch", agents=[alice.pk])

    assert page.condition(0, 0, "language", value="nl").press("save").is_saved
    assert CustomRule.objects.exists()


def test_a_marketing_user_reads_rules_and_changes_none(sign_in, rule):
    dutch, browser = rule("Dutch", DUTCH, description="Who speaks Dutch"), sign_in("Marketing User")
    page = text_of(browser.get(change(dutch)))

    assert "Language is &quot;nl&quot;" in page
    assert "Who speaks Dutch" in page
    assert 'name="do"' not in page
    assert "Move Dutch" not in text_of(browser.get(LIST))
    assert [
        browser.get(ADD).status_code,
        browser.post(change(dutch), {"do": "try"}).status_code,
        browser.post(reverse("admin:routing_customrule_move", args=[dutch.pk, "up"])).status_code,
    ] == [403, 403, 403]
