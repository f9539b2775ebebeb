import pytest
from django.db.models import ProtectedError

from routing.models import CustomRule, Method, Plan, Route, Team, Workspace
from tests.routing.conftest import asked


def test_one_description_is_one_route(alice, sales):
    assert Route.objects.to(Method.ROUND_ROBIN) == Route.objects.to(Method.ROUND_ROBIN)
    assert Route.objects.to(Method.AGENT, agent=alice) == Route.objects.to(Method.AGENT, agent=alice)
    assert Route.objects.to(Method.TEAM, team=sales) == Route.objects.to(Method.TEAM, team=sales)
    assert Route.objects.count() == 3


def test_a_route_says_what_it_does(alice, sales):
    assert str(Route.objects.to(Method.ROUND_ROBIN)) == "round robin"
    assert str(Route.objects.to(Method.AGENT, agent=alice)) == "agent “Alice”"
    assert str(Route.objects.to(Method.TEAM, team=sales)) == "round robin in team “Sales”"
    assert str(Route.objects.to(Method.CUSTOM_RULES)) == "custom rules"


def test_round_robin_asks_everyone_with_the_permission(ask, alice, bob, carol):
    bob.user.user_permissions.clear()

    assert [asked(ask())[0] for _ in range(3)] == ["Alice", "Carol", "Alice"]


def test_an_agent_s_card_asks_that_agent(ask, alice, bob):
    to_bob = Route.objects.to(Method.AGENT, agent=bob)

    assert [asked(ask(to_bob)) for _ in range(2)] == [["Bob"], ["Bob"]]


def test_a_team_s_card_asks_only_its_members(ask, to_sales, carol):
    assert [asked(ask(to_sales)) for _ in range(3)] == [["Alice"], ["Bob"], ["Alice"]]


def test_a_team_of_nobody_falls_back(ask, alice):
    empty = Route.objects.to(Method.TEAM, team=Team.objects.create(name="Nobody"))

    assert ask(empty).because == "nobody"


def test_an_agent_of_two_teams_is_asked_by_each(ask, sales, alice, carol):
    support = Team.objects.create(name="Support")
    support.members.set([carol, alice])

    assert asked(ask(Route.objects.to(Method.TEAM, team=support))) == ["Alice"]
    assert asked(ask(Route.objects.to(Method.TEAM, team=sales))) == ["Bob"]


def test_only_a_team_on_prime_has_a_second_try(to_sales, to_alice, round_robin):
    by_rules = Route.objects.to(Method.CUSTOM_RULES)

    tries = {
        (str(route), plan): route.tries(Workspace(plan=plan))
        for route in (to_sales, to_alice, round_robin, by_rules)
        for plan in Plan
    }

    assert [key for key, number in tries.items() if number == 2] == [("round robin in team “Sales”", "prime")]
    assert set(tries.values()) == {1, 2}


def test_a_rule_without_conditions_leads_nobody_anywhere(ask, alice):
    rule = CustomRule.objects.create(name="Everybody")
    rule.agents.add(alice)

    live_chat = ask(Route.objects.to(Method.CUSTOM_RULES))

    assert (live_chat.state, live_chat.because) == ("fell_back", "no_rule")


@pytest.mark.parametrize("name", ["agent", "team"])
def test_whom_a_route_names_cannot_vanish(to_alice, to_sales, alice, sales, name):
    with pytest.raises(ProtectedError):
        {"agent": alice, "team": sales}[name].delete()
