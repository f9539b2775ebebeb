"""A marketer writes custom rules: in words that make sense, tried on the last visitors, in an order."""

import re

import pytest
from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues.models import Attribute, Conversation, Visitor
from routing.models import CustomRule, Team
from tests.racing import at_once

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


@pytest.fixture
def visit(talk_to_sales):
    """A new visitor begins a conversation."""

    def visit(name, page="", **attributes):
        visitor = Visitor.objects.create(attributes={"first_name": name, **attributes})
        return Conversation.start(visitor, talk_to_sales, page=page)

    return visit


def change(rule):
    return reverse("admin:routing_customrule_change", args=[rule.pk])


# Writing


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


# What makes no sense


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


# Trying


def test_a_rule_is_tried_on_the_last_visitors_as_it_stands(page, visit):
    visit("Vera", "https://shop.example/pricing")
    visit("Wim", "https://shop.example/blog")

    page.condition(0, 0, "page", "is", "/pricing").press("try")

    trial = page.form.trial
    assert [tried.conversation.visitor.name for tried in trial.matched] == ["Vera"]
    assert [tried.verdict.because for tried in trial.visitors] == [
        ['Page is "https://shop.example/blog", not "/pricing".'],
        ['Page is "https://shop.example/pricing", whose path is "/pricing".'],
    ]
    assert "<strong>1 of the last 2 visitors</strong>" in page.text
    assert page.fields["group-0-condition-0-value"] == "/pricing"
    assert not CustomRule.objects.exists()


def test_it_is_said_which_rule_would_decide(as_max, rule, visit):
    rule("Pricing", PRICING, priority=1)
    vera = rule("Vera", {"attribute": "first_name", "operator": "is", "value": "Vera"}, priority=2)
    for name, at in [("Vera", "/pricing"), ("Vera", "/blog"), ("Wim", "/blog")]:
        visit(name, f"https://shop.example{at}")
    page = Page(as_max, change(vera))

    def decided(priority):
        page.type(priority=priority).press("try")
        return [tried.decides for tried in page.form.trial.visitors]

    assert decided("2") == [
        "No rule would match them now.",
        "This rule would decide for them now.",
        "“Pricing” would decide for them now.",
    ]
    assert decided("1")[2] == "This rule would decide for them now."
    assert "this one would decide for 2." in page.text


def test_each_of_the_last_hundred_visitors_counts_once_with_their_newest_conversation(
    page, visit, vera, talk_to_sales, django_assert_max_num_queries
):
    Conversation.start(vera, talk_to_sales, page="https://shop.example/").close()
    again = Conversation.start(vera, talk_to_sales, page="https://shop.example/pricing")
    for n in range(100):
        visit(f"Visitor {n}", "https://shop.example/pricing")
    again.close()

    with django_assert_max_num_queries(40):
        page.condition(0, 0, "page", "is", "/pricing").press("try")
    assert len(page.form.trial.matched) == 100
    newest = Conversation.start(vera, talk_to_sales, page="https://shop.example/pricing")
    page.press("try")

    assert [tried.conversation for tried in page.form.trial.visitors].count(newest) == 1
    assert len({tried.conversation.visitor_id for tried in page.form.trial.visitors}) == 100


def test_a_rule_that_makes_no_sense_is_not_tried(page, visit):
    visit("Vera")

    page.condition(0, 0, "", "is", "nl").press("try")

    assert page.form.trial is None
    assert page.errors == {"group-0-condition-0-attribute": "Choose an attribute."}
    assert "Nothing was tried" in page.text


def test_before_there_are_visitors_a_trial_says_so(page):
    assert "There were no visitors yet." in page.press("try").text


@pytest.mark.parametrize("priority", ["", "first", "9" * 50, "-3"])
def test_a_rule_is_tried_whatever_its_place_says(page, visit, priority):
    visit("Vera")

    assert page.type(priority=priority).press("try").form.trial is not None


def test_what_a_visitor_wrote_stays_text(page, visit):
    visit("<script>alert(1)</script>", "https://shop.example/<b>")

    text = page.condition(0, 0, "first_name", "contains", "x").press("try").text

    assert "<script>alert(1)" not in text


def test_a_manager_is_led_to_the_conversation(page, visit):
    conversation = visit("Vera")
    link = reverse("admin:dialogues_conversation_change", args=[conversation.pk])

    assert link in page.press("try").text


def test_who_may_not_read_conversations_is_not_led_there(sign_in, visit, alice):
    conversation = visit("Vera")
    page = Page(sign_in("Marketing Admin")).condition(0, 0, "language", value="nl").press("try")

    assert "0 of the last 1 visitor</strong>" in page.text
    assert reverse("admin:dialogues_conversation_change", args=[conversation.pk]) not in page.text


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
