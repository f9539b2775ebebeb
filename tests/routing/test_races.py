"""Many at once, on real Postgres."""

from collections import Counter
from uuid import uuid4

import pytest
from django.db import connection

from routing.models import Agent, Because, LiveChat, Method, Offer, Route, State, Team, TooLate, Workspace
from routing.models.offer import Outcome
from tests.racing import TIMES, at_once, chances, crowd

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(live_chat):
    return LiveChat.objects.get(pk=live_chat.pk)


@pytest.fixture
def crowding():
    """`at_once` for many rounds."""
    with crowd() as at_once:
        yield at_once


def test_forty_visitors_and_three_agents(ask, alice, bob, carol):
    chats = at_once(*[ask] * 40)

    places = Counter(Offer.objects.open().values_list("agent__name", flat=True))
    assert places == {"Alice": 10, "Bob": 10, "Carol": 10}
    assert Counter(chat.state for chat in chats) == {State.OFFERED: 30, State.FELL_BACK: 10}


def test_fifty_visitors_at_once_and_three_agents_of_two_places(ask, hire):
    """P24 of the peers: too many chats an agent."""
    agents = [hire(name, chat_limit=2) for name in ["Alice", "Bob", "Carol"]]

    chats = at_once(*[ask] * 50)

    places = Counter(Offer.objects.open().values_list("agent__name", flat=True))
    assert places == {agent.name: 2 for agent in agents}
    assert Counter(chat.because for chat in chats) == {None: 6, Because.NOBODY: 44}
    # Nobody is asked for a chat that somebody else is asked for, and each choice says who was full.
    assert Offer.objects.count() == 6
    last = max(chats, key=lambda chat: chat.decisions.get().pk)
    assert {agent["passed_over"] for agent in last.decisions.get().considered} == {"full"}


def test_fifty_visitors_and_one_engagement_left(ask, select, hire):
    for name in ["Alice", "Bob", "Carol", "Dan", "Eve", "Fay"]:
        hire(name)
    Workspace.objects.update(engagement_limit=1)

    chats = at_once(*[ask] * 50)

    [connected] = [chat for chat in chats if chat.state == State.OFFERED]
    connected.accept(connected.offers.get().agent)
    assert Counter(chat.because for chat in chats if chat is not connected) == {Because.PLAN: 49}
    assert (select.engagements, ask().because) == (1, Because.PLAN)


def test_engagements_run_out_exactly_while_offers_are_answered(ask, select, alice, bob, carol, crowding):
    chance = chances()
    Workspace.objects.update(engagement_limit=8)

    def visit(is_accepted):
        live_chat = ask()
        if live_chat.state == State.OFFERED:
            agent = live_chat.offers.get().agent
            live_chat.accept(agent) if is_accepted else live_chat.decline(agent)

    for _ in range(4):
        crowding(*[lambda yes=yes: visit(yes) for yes in chance.choices([True, False], k=6)])
        assert select.engagements + Offer.objects.open().count() <= 8

    while (live_chat := ask()).state == State.OFFERED:
        live_chat.accept(live_chat.offers.get().agent)
    assert select.engagements == 8


def test_accept_decline_expiry_and_cancel_meet_on_one_offer(ask, alice, clock, crowding):
    # She misses many of them in a row, and is asked for the next one all the same.
    Workspace.objects.update(away_after_misses=False)
    chance, seen = chances(), Counter()
    for _ in range(90 * TIMES):
        live_chat = ask()
        verbs = {
            Outcome.ACCEPTED: lambda chat=live_chat: fresh(chat).accept(alice),
            Outcome.DECLINED: lambda chat=live_chat: fresh(chat).decline(alice),
            Outcome.WITHDRAWN: lambda chat=live_chat: fresh(chat).cancel(),
            Outcome.EXPIRED: lambda chat=live_chat: fresh(chat).expire_offer(),
        }
        names = chance.sample(list(verbs), 4)
        # The hundred seconds are over somewhere in the middle of it.
        left = live_chat.offers.get().expires_at - clock()
        clock.move(seconds=left.total_seconds() - chance.uniform(-0.01, 0.04))

        results = dict(zip(names, crowding(*[verbs[name] for name in names]), strict=True))

        outcome = live_chat.offers.get().outcome
        # The clock's verb alone says nothing when it comes too late, or too early.
        won = {name for name, result in results.items() if result is None and name != Outcome.EXPIRED}
        assert won == {outcome} - {Outcome.EXPIRED}
        live_chat.refresh_from_db()
        assert (live_chat.state, live_chat.because) == {
            Outcome.ACCEPTED: (State.ACTIVE, None),
            Outcome.DECLINED: (State.FELL_BACK, Because.MISSED),
            Outcome.EXPIRED: (State.FELL_BACK, Because.MISSED),
            Outcome.WITHDRAWN: (State.ENDED, Because.CANCELLED),
        }[outcome]
        if outcome == Outcome.ACCEPTED:
            live_chat.end(because=Because.AGENT)
        clock.move(seconds=-100)
        seen[outcome] += 1

    assert len(seen) == 4, f"Somebody never won: {seen}"


def test_an_active_chat_ends_once(ask, alice, crowding):
    reasons = [Because.AGENT, Because.VISITOR, Because.IDLE]
    for _ in range(10 * TIMES):
        live_chat = ask()
        live_chat.accept(alice)

        results = crowding(
            *[lambda because=because, chat=live_chat: fresh(chat).end(because=because) for because in reasons]
        )

        [won] = [because for because, result in zip(reasons, results, strict=True) if result is None]
        assert fresh(live_chat).because == won


def test_one_visitor_in_four_windows_gets_one_live_chat(alice, round_robin, crowding):
    for _ in range(10 * TIMES):
        vera = uuid4()

        def request(vera=vera):
            return LiveChat.request(visitor_key=vera, route=round_robin, attributes={})

        results = crowding(*[request] * 4)

        assert sum(isinstance(result, TooLate) for result in results) == 3
        LiveChat.objects.get(visitor_key=vera).cancel()
        assert not Offer.objects.open().exists()


def test_who_is_in_two_teams_holds_nobody_up(ask, hire):
    agents = [hire(name, chat_limit=4) for name in ["Alice", "Bob", "Carol", "Dan"]]
    routes = [Route.objects.to(Method.AGENT, agent=agent) for agent in agents]
    for name in ["Sales", "Support"]:
        team = Team.objects.create(name=name)
        team.members.set(agents)
        routes.append(Route.objects.to(Method.TEAM, team=team))

    def switch(agent):
        Agent.objects.get(pk=agent.pk).switch(available=True)

    at_once(
        *[lambda route=route: ask(route) for route in routes * 4],
        *[lambda agent=agent: switch(agent) for agent in agents * 2],
    )

    assert set(Agent.objects.with_load().values_list("load", flat=True)) == {4}


def test_who_is_away_is_never_asked(ask, alice, crowding):
    chance, asked = chances(), Counter()
    for _ in range(30 * TIMES):
        alice.switch(available=True)
        load = []

        def switch(load=load):
            Agent.objects.get(pk=alice.pk).switch(available=False)
            load.append(Offer.objects.open().count())

        live_chat, *_ = filter(None, crowding(*chance.sample([ask, switch], 2)))

        # What was not offered when the switch was committed, was not offered afterwards either.
        is_offered = live_chat.state == State.OFFERED
        assert load == [int(is_offered)]
        asked[is_offered] += 1
        if is_offered:
            live_chat.cancel()


def test_the_moved_clock_is_the_same_for_everybody(ask, alice, clock):
    live_chat = ask()
    clock.move(seconds=100)

    [late] = at_once(lambda: fresh(live_chat).accept(alice))

    assert isinstance(late, TooLate)
    assert not connection.in_atomic_block
