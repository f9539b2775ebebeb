"""Marketers say to whom a live chat, a meeting or a branch leads, and under which conditions."""

import pytest

from dialogues.document import Branch, Case, ConditionalCard, LiveChatCard, MeetingCard, MessageCard
from dialogues.editing import Refused
from routing.models import CustomRule, Method, Route
from tests.dialogues.card_forms.conftest import Card

# Live chat and meeting booking


def test_a_live_chat_card_leads_to_a_team(round_robin, sales):
    card = Card(LiveChatCard(route=round_robin.pk))

    card.save(method="team", team=str(sales.pk), connecting="One moment…")

    route = Route.objects.get(pk=card.card.route)
    assert (route.method, route.team, card.card.connecting) == (Method.TEAM, sales, "One moment…")
    assert card.save(method="agent", agent="").errors == {"agent": ["Choose the agent."]}


def test_the_form_says_who_would_get_it_now(to_sales, alice, bob, workspace):
    card = Card(LiveChatCard(route=to_sales.pk))

    assert card.form.who_now.sentences == ["Alice, then Bob."]
    alice.switch(available=False)
    assert card.form.who_now.sentences == ["Bob."]
    bob.switch(available=False)
    assert card.form.who_now.sentences == ["Nobody right now."]
    assert "Nobody is free right now" in str(card.form)


def test_by_round_robin_one_agent_is_asked(round_robin, alice, bob):
    assert Card(LiveChatCard(route=round_robin.pk)).form.who_now.sentences == ["Alice."]


def test_by_custom_rules_it_depends_on_the_visitor(db, alice, bob):
    route = Route.objects.to(Method.CUSTOM_RULES)
    card = Card(LiveChatCard(route=route.pk))
    assert card.form.who_now.sentences == ["Nobody: there is no custom rule yet."]
    CustomRule.objects.create(name="Prime", priority=1).agents.add(bob)
    CustomRule.objects.create(name="Dutch", priority=2)

    assert card.form.who_now.sentences == ["Rule “Prime”: Bob.", "Rule “Dutch”: Nobody right now."]


def test_on_select_a_team_is_nobody(to_sales, select):
    [sentence] = Card(LiveChatCard(route=to_sales.pk)).form.who_now.sentences

    assert sentence == "Nobody: the Select plan has no teams."


def test_meetings_are_booked_with_whom_a_route_finds(round_robin, alice):
    card = Card(MeetingCard(route=round_robin.pk))

    card.save(route=f"agent-{alice.pk}", text="When suits you?")

    assert Route.objects.get(pk=card.card.route).agent == alice
    assert "Its calendar comes later" in str(card.form)
    assert "route" in card.save(route="agent-0").errors


# Conditional branching


def test_a_branch_is_taken_by_conditions_and_by_who_is_available(sales):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a")]))
    row = "case__a__group__0__condition__0__{}"
    typed = {
        row.format("attribute"): "page",
        row.format("operator"): "contains",
        row.format("value"): "/pricing",
    }

    card.save(case__a__target=f"team-{sales.pk}", **typed)

    [case] = card.card.cases
    assert case.conditions.in_words() == 'Page contains "/pricing"'
    assert Route.objects.get(pk=case.route).team == sales


def test_there_is_always_a_row_for_one_more_condition_and_one_more_group(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a")]))
    row = "case__a__group__{}__condition__{}__{}"
    first = {row.format(0, 0, "attribute"): "page", row.format(0, 0, "value"): "/a"}
    second = {row.format(0, 1, "attribute"): "language", row.format(0, 1, "value"): "nl"}
    third = {
        row.format(1, 0, "attribute"): "email",
        row.format(1, 0, "operator"): "is_not_empty",
        "case__a__match": "any",
    }

    for typed in (first, second, third):
        assert card.save(**typed).is_valid()

    words = card.card.cases[0].conditions.in_words()
    assert words == '(Page is "/a" and Language is "nl") or Email is not empty'


def test_a_condition_without_its_attribute_is_gone(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a")]))
    row = "case__a__group__0__condition__0__{}"
    card.save(**{row.format("attribute"): "page", row.format("value"): "/a"})

    card.save(**{row.format("attribute"): ""})

    assert card.card.cases[0].conditions.groups == []


def test_a_condition_that_makes_no_sense_says_so(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a")]))
    row = "case__a__group__0__condition__0__{}"

    form = card.save(**{row.format("attribute"): "page", row.format("value"): ""})

    assert not form.is_valid()
    assert "errorlist" in str(form)


def test_branches_are_added_moved_and_removed(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a"), Case(id="b")]))

    card.save("save:add")
    new = card.card.cases[2].id
    card.save(f"save:up:{new}")
    card.save("save:remove:a")

    assert [case.id for case in card.card.cases] == [new, "b"]


def test_a_branch_that_leads_to_cards_is_not_removed(db):
    case = Case(id="a", branch=Branch(cards=[MessageCard(text="Hi")]))
    card = Card(ConditionalCard(id="c", cases=[case]))

    with pytest.raises(Refused, match="leads to cards"):
        card.save("save:remove:a")


def test_a_branch_that_goes_may_be_wrong(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a"), Case(id="b")]))
    typed = {"case__a__group__0__condition__0__attribute": "page"}
    assert not card.save(**typed).is_valid()

    assert card.save("save:remove:a", **typed).is_valid()
    assert [case.id for case in card.card.cases] == ["b"]
