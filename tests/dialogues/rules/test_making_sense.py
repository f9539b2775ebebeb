"""What makes no sense in a custom rule is said before it is saved, and nothing is lost or doubled unawares."""

import pytest
from django.test import Client
from django.urls import reverse

from dialogues.models import Attribute
from routing.models import CustomRule, Team
from tests.dialogues.rules.conftest import ADD, BIG, DUTCH, LIST, Page, change, conditions_of, text_of
from tests.racing import at_once


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        (("", "is", "nl"), "attribute", "Choose an attribute."),
        (("shoe_size", "is", "nl"), "attribute", "Select a valid choice."),
        (("language", "sounds_like", "nl"), "operator", "Select a valid choice."),
        (("language", "is", " "), "value", "A value is missing."),
        (("language", "one_of", ","), "value", "“is one of” needs at least one value."),
        (("language", "one_of", "nl,NL"), "value", '"NL" is in the list twice.'),
        (("email", "greater", "many"), "value", "“is greater than” needs a number such as 200"),
        (("language", "is", "n" * 1_000_000), "value", "A value has at most 200 characters."),
        (("language", "is", "n\x00l"), "value", "Null characters are not allowed."),
        (
            ("language", "is", "n\N{RIGHT-TO-LEFT OVERRIDE}l"),
            "value",
            "has characters in it that cannot be seen.",
        ),
    ],
)
def test_what_makes_no_sense_is_said_next_to_the_field(page, typed, field, says):
    page.condition(0, 0, *typed).press("save")

    [(name, error)] = page.errors.items()
    assert name == f"group-0-condition-0-{field}"
    assert says in error
    assert "See what is wrong with the conditions below." in page.text
    assert not CustomRule.objects.exists()


def test_a_rule_leads_to_somebody(page):
    page.type(agents=[], teams=[]).press("save")

    assert page.form.errors["agents"] == ["Choose at least one agent or team."]
    assert not CustomRule.objects.exists()


def test_who_is_deactivated_is_not_offered(as_max, alice, bob):
    bob.deactivate()

    page = Page(as_max).type(name="Dutch", agents=[bob.pk]).condition(0, 0, "language", value="nl")
    text = page.text
    page.press("save")

    assert "Bob" not in text
    assert "agents" in page.form.errors


def test_who_is_deactivated_stays_seen_where_they_are_named(as_max, rule, alice, bob):
    page_of = change(dutch := rule("Dutch", DUTCH))
    alice.deactivate()

    page = Page(as_max, page_of)

    assert "Alice (deactivated)" in page.text
    page.press("save")
    assert page.form.errors["agents"] == [
        "Everybody chosen is deactivated: choose somebody who can be asked."
    ]
    page.type(agents=[alice.pk, bob.pk]).press("save")
    assert set(dutch.agents.all()) == {alice, bob}


def test_an_attribute_that_is_gone_stays_seen_and_flagged(as_max, rule):
    big = rule("Big", BIG)

    page = Page(as_max, change(big))

    assert "Company size (no longer exists)" in page.text
    assert "This attribute no longer exists" in page.text
    page.press("add-group").press("remove-group:1").type(description="Over 200").press("save")
    big.refresh_from_db()
    assert (big.conditions, big.description) == (conditions_of(BIG), "Over 200")


def test_an_attribute_has_the_name_that_people_read(as_max):
    Attribute.objects.create(name="company_size", label="How many people")

    assert '<option value="company_size">How many people</option>' in Page(as_max).text


def test_conditions_that_cannot_be_read_are_said_to_be_so(as_max, rule):
    page = Page(as_max, change(rule("Odd", raw={"groups": [{"match": "none", "conditions": []}]})))

    assert "The conditions that are kept cannot be read: Group 1: " in page.text


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "\N{RIGHT-TO-LEFT OVERRIDE}<b>", '"><img src=x onerror=alert(1)>'],
)
def test_markup_and_turned_text_stay_text(as_max, alice, rule, hostile):
    alice.name = hostile
    alice.save()
    Team.objects.create(name=hostile)
    made = rule(hostile, {"attribute": "page", "operator": "is", "value": "<i>"}, description=hostile)

    for path in (LIST, change(made)):
        page = as_max.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
        assert "<b>" not in page
        assert "<i>" not in page


def test_a_paste_of_a_megabyte_is_refused_in_a_sentence(page):
    page.type(description="a" * 1_000_000).press("save")

    assert "at most 2000 characters" in str(page.form.errors["description"])


def test_pressing_save_twice_makes_one_rule(page):
    fields = page.fields | page.typed | {"_save": "Save"}
    page.client.post(ADD, fields)

    answer = page.client.post(ADD, fields)

    assert "There is a rule with this name already." in text_of(answer)
    assert CustomRule.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_one_moment_make_one_rule(as_max, max, alice):
    page = Page(as_max).type(name="Dutch", agents=[alice.pk]).condition(0, 0, "language", value="nl")
    fields, browsers = page.fields | page.typed | {"_save": "Save"}, [Client(), Client()]
    for browser in browsers:
        browser.force_login(max)

    answers = at_once(*[lambda by=browser: by.post(ADD, fields) for browser in browsers])

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert CustomRule.objects.count() == 1


def test_what_somebody_else_saved_meanwhile_is_not_overwritten_unawares(as_max, rule):
    dutch = rule("Dutch", DUTCH)
    mine, theirs = Page(as_max, change(dutch)), Page(as_max, change(dutch))
    theirs.type(description="Theirs").press("save")

    mine.type(description="Mine").press("save")

    assert "Somebody else has changed this rule since you opened it" in mine.text
    dutch.refresh_from_db()
    assert dutch.description == "Theirs"
    mine.press("save")
    dutch.refresh_from_db()
    assert dutch.description == "Mine"


def test_the_history_names_what_was_changed(as_max, rule):
    dutch = rule("Dutch", DUTCH)
    Page(as_max, change(dutch)).condition(0, 0, "language", value="fr").press("save")

    assert "Changed conditions." in text_of(
        as_max.get(reverse("admin:routing_customrule_history", args=[dutch.pk]))
    )
