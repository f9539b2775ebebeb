"""A custom rule is tried on the last visitors before it is saved."""

import pytest
from django.urls import reverse

from dialogues.models import Conversation, Visitor
from routing.models import CustomRule
from tests.dialogues.rules.conftest import PRICING, Page, change


@pytest.fixture
def visit(talk_to_sales):
    """A new visitor begins a conversation."""

    def visit(name, page="", **attributes):
        visitor = Visitor.objects.create(attributes={"first_name": name, **attributes})
        return Conversation.start(visitor, talk_to_sales, page=page)

    return visit


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
