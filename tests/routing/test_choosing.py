"""Where it is looked for an agent: the account's owner, then the card's own option, as often as it has tries."""

import pytest

from routing.models import (
    Account,
    AgentPresence,
    Because,
    CustomRule,
    HoursBlock,
    Method,
    Offer,
    Plan,
    Route,
    State,
    Team,
    Workspace,
)
from tests.routing.conftest import asked
from tests.routing.test_decision import considered

KERN = {"email": "vera@kern.example"}


@pytest.fixture
def kern(carol):
    """Carol owns the account of Vera's company."""
    Workspace.objects.update(account_routing=True)
    return Account.objects.create(company="Kern", domain="kern.example", agent=carol)


@pytest.fixture
def by_rules(db):
    return Route.objects.to(Method.CUSTOM_RULES)


@pytest.fixture
def add_rule(db):
    """Adds a rule for visitors who speak a language."""

    def add_rule(language, *, priority=1, agents=(), teams=()):
        condition = {"attribute": "language", "operator": "is", "value": language}
        rule = CustomRule.objects.create(
            name=f"In {language}",
            priority=priority,
            conditions={"groups": [{"match": "all", "conditions": [condition]}]},
        )
        rule.agents.set(agents)
        rule.teams.set(teams)
        return rule

    return add_rule


def steps(live_chat):
    return [offer.step for offer in live_chat.offers.order_by("pk")]


# The account's owner


def test_the_owner_of_vera_s_account_is_asked_before_the_card_s_own_option(ask, to_alice, kern):
    live_chat = ask(to_alice, **KERN)

    assert (asked(live_chat), steps(live_chat)) == (["Carol"], ["account"])


def test_when_the_owner_misses_the_option_has_all_its_tries(ask, to_sales, kern, alice, bob, carol):
    live_chat = ask(to_sales, **KERN)

    live_chat.decline(carol)
    live_chat.decline(alice)
    live_chat.decline(bob)

    assert steps(live_chat) == ["account", "option", "option"]
    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.MISSED)


def test_when_the_owner_is_away_the_card_s_own_option_holds(ask, to_alice, kern, carol):
    carol.switch(available=False)

    live_chat = ask(to_alice, **KERN)

    assert considered(live_chat) == [[("Carol", "away"), ("Alice", "")]]
    assert steps(live_chat) == ["option"]


def test_an_owner_who_comes_back_after_the_option_s_last_try_is_one_try_too_many(
    ask, to_alice, kern, alice, carol
):
    carol.switch(available=False)
    live_chat = ask(to_alice, **KERN)
    carol.switch(available=True)

    live_chat.decline(alice)

    assert (live_chat.state, asked(live_chat)) == (State.FELL_BACK, ["Alice"])


def test_an_owner_who_missed_it_is_not_asked_again_by_the_option(ask, round_robin, kern, carol, alice):
    live_chat = ask(round_robin, **KERN)

    live_chat.decline(carol)

    assert asked(live_chat) == ["Carol", "Alice"]
    assert ("Carol", "already_asked") in considered(live_chat)[1]


@pytest.mark.parametrize(
    "attributes", [{}, {"email": "vera@other.example"}, {"email": "kern.example"}, {"email": 7}]
)
def test_without_an_account_the_card_s_own_option_holds(ask, to_alice, kern, attributes):
    assert steps(ask(to_alice, **attributes)) == ["option"]


def test_accounts_are_looked_at_only_where_the_setting_is_on(ask, to_alice, kern):
    Workspace.objects.update(account_routing=False)

    assert asked(ask(to_alice, **KERN)) == ["Alice"]


# Tries


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (Method.ROUND_ROBIN, "round_robin_tries"),
        (Method.TEAM, "team_tries"),
        (Method.CUSTOM_RULES, "custom_rules_tries"),
    ],
)
@pytest.mark.parametrize("tries", [1, 2, 3])
def test_each_option_is_tried_as_often_as_its_own_setting_says(
    ask, sales, carol, add_rule, method, name, tries
):
    sales.members.add(carol)
    add_rule("nl", teams=[sales])
    Workspace.objects.update(**{name: tries})
    live_chat = ask(Route.objects.to(method, team=sales if method == Method.TEAM else None), language="nl")

    while live_chat.state == State.OFFERED:
        live_chat.decline(live_chat.offers.open().get().agent)

    assert len(asked(live_chat)) == tries


def test_the_last_decision_says_how_many_were_asked(ask, to_sales, workspace, alice, bob, carol, sales):
    sales.members.add(carol)
    live_chat = ask(to_sales)
    live_chat.decline(alice)
    # Select has one try; two were made while the plan was Prime.
    Workspace.objects.update(plan=Plan.SELECT)

    live_chat.decline(bob)

    assert live_chat.decisions.last().because == [
        "2 agents were asked by round robin in team “Sales”, which is all that is tried."
    ]


# Custom rules


def test_a_rule_leads_to_its_agents_and_to_the_members_of_its_teams(ask, by_rules, add_rule, sales, carol):
    add_rule("nl", agents=[carol], teams=[sales, Team.objects.create(name="Nobody")])

    assert [asked(ask(by_rules, language="nl"))[0] for _ in range(4)] == ["Alice", "Bob", "Carol", "Alice"]


def test_who_is_named_by_a_rule_in_three_ways_is_considered_once(ask, by_rules, add_rule, sales, alice, bob):
    support = Team.objects.create(name="Support")
    support.members.set([alice, bob])
    add_rule("nl", agents=[alice, bob], teams=[sales, support])

    assert considered(ask(by_rules, language="nl")) == [[("Alice", ""), ("Bob", "")]]


def test_the_first_rule_that_matches_names_the_agents_also_if_they_are_away(
    ask, by_rules, add_rule, alice, bob
):
    add_rule("en", priority=1, agents=[bob])
    add_rule("nl", priority=2, agents=[alice])
    add_rule("nl", priority=3, agents=[bob])
    alice.switch(available=False)

    live_chat = ask(by_rules, language="nl")

    # A rule did match, so that it was not the rules that failed.
    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.NOBODY)
    assert considered(live_chat) == [[("Alice", "away")]]


def test_no_rule_is_another_reason_than_nobody(ask, by_rules, add_rule, alice):
    add_rule("nl", agents=[alice])

    assert ask(by_rules, language="en").because == Because.NO_RULE


# Why somebody is passed over


def test_each_reason_hides_those_that_lie_above_it(ask, to_sales, sales, alice, bob, clock):
    """No permission, already asked, away, outside their hours, unreachable, full: in this order."""
    sales.members.set([alice])
    ask(to_sales)
    alice.chat_limit = 1
    alice.save()
    found = [reason(ask(to_sales))]

    AgentPresence.objects.filter(agent=alice).update(until=clock())
    found.append(reason(ask(to_sales)))
    # Out of her hours, at noon, and following them.
    HoursBlock.objects.create(agent=alice, weekday=0, begins="09:00", ends="10:00")
    alice.switch(available=False)
    found.append(reason(ask(to_sales)))
    alice.hours_blocks.all().delete()
    alice.settle()
    found.append(reason(ask(to_sales)))
    live_chat = Offer.objects.open().get().live_chat
    live_chat.decline(alice)
    found.append(reason(live_chat))
    alice.user.user_permissions.clear()
    found.append(reason(ask(to_sales)))

    assert found == ["full", "unreachable", "out_of_hours", "away", "already_asked", "no_permission"]


def reason(live_chat):
    [(_, why_not)] = considered(live_chat)[-1]
    return why_not


def test_each_reason_can_be_read(ask, to_alice, alice, clock):
    AgentPresence.objects.filter(agent=alice).update(until=clock())

    [sentence] = ask(to_alice).decisions.get().in_words

    assert sentence == "Alice was not asked: no open page and no alerts."


def test_who_cannot_be_reached_is_asked_where_the_setting_is_off(ask, to_alice, alice, clock):
    AgentPresence.objects.filter(agent=alice).update(until=clock())
    Workspace.objects.update(only_reachable=False)

    assert ask(to_alice).state == State.OFFERED


def test_on_select_no_account_has_an_owner(ask, select, alice, bob):
    Account.objects.create(company="Kern", domain="kern.example", agent=bob)
    Workspace.objects.update(account_routing=True)

    assert asked(ask(email="vera@kern.example")) == ["Alice"]
