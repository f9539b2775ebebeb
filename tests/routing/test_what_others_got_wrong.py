"""What other live chats got wrong in routing, each with the test that we do not: P25, P28, P29, P31, P40, P41, P42."""

from collections import Counter
from random import Random
from uuid import uuid4

import pytest

from routing.models import Agent, Because, LiveChat, State, TooLate, Workspace
from tests.routing.conftest import asked


@pytest.fixture
def accepted(ask):
    """A live chat that whoever was asked has accepted."""

    def accepted(**attributes):
        live_chat = ask(**attributes)
        live_chat.accept(live_chat.offers.open().get().agent)
        return live_chat

    return accepted


def load_of(agent):
    return Agent.objects.with_load().get(pk=agent.pk).load


@pytest.mark.parametrize("everybody", [1, 2, 3])
@pytest.mark.parametrize("own", [None, 1, 2, 3])
def test_p25_of_all_limits_the_lowest_holds(accepted, ask, alice, everybody, own):
    Workspace.objects.update(chats_per_agent=everybody)
    Agent.objects.update(chat_limit=own)
    lowest = min(everybody, own or everybody)

    for _ in range(lowest):
        accepted()

    assert ask().because == Because.NOBODY
    assert load_of(alice) == lowest


def test_p25_an_offer_takes_a_place_as_a_chat_does(ask, alice):
    Workspace.objects.update(chats_per_agent=2)

    assert [ask().state for _ in range(3)] == [State.OFFERED, State.OFFERED, State.FELL_BACK]


def test_p28_nobody_takes_a_chat_that_is_offered_to_somebody_else(ask, alice, bob, rows):
    live_chat = ask()
    before = rows()

    for verb in (live_chat.accept, live_chat.decline):
        with pytest.raises(TooLate):
            verb(bob)

    assert rows() == before


@pytest.mark.parametrize("because", [Because.AGENT, Because.VISITOR, Because.IDLE])
def test_p29_a_place_that_gets_free_counts_for_the_next_request(accepted, ask, alice, because):
    Workspace.objects.update(chats_per_agent=1)
    full = accepted()
    assert ask().state == State.FELL_BACK

    full.end(because=because)

    assert asked(ask()) == ["Alice"]


def test_p29_so_do_a_higher_limit_and_the_switch(accepted, ask, alice, bob):
    Workspace.objects.update(chats_per_agent=1)
    bob.switch(available=False)
    accepted()
    assert ask().state == State.FELL_BACK

    bob.switch(available=True)
    assert asked(ask()) == ["Bob"]
    Workspace.objects.update(chats_per_agent=2)
    assert asked(ask()) == ["Alice"]


def test_p31_however_agents_come_and_go_each_gets_their_share(ask, hire):
    chance = Random(31)
    agents = [hire(name) for name in ("Alice", "Bob", "Carol", "Dana")]
    away, chats = set(), Counter()
    for _ in range(60):
        # While the same people are there, nobody is asked twice before everybody was asked once.
        there = [agent for agent in agents if agent not in away]
        turns = Counter(live_chat_to(ask, chance) for _ in range(len(there) * 2))
        assert set(turns.values()) == {2}
        chats += turns
        agent = chance.choice(agents)
        if agent in away or len(there) > 1:
            away ^= {agent}
            agent.switch(available=agent not in away)
    assert set(chats) == {agent.name for agent in agents}


def live_chat_to(ask, chance):
    """Who was asked; they accept and end it, or decline."""
    live_chat = ask()
    agent = live_chat.offers.get().agent
    if chance.random() < 0.3:
        live_chat.decline(agent)
    else:
        live_chat.accept(agent)
        live_chat.end(because=Because.AGENT)
    return agent.name


def test_p40_when_the_last_agent_leaves_the_visitor_reads_the_fallback_message_and_no_error(ask, alice):
    alice.switch(available=False)

    live_chat = ask()

    assert live_chat.state == State.FELL_BACK
    assert live_chat.fallback_message


def test_p41_a_visitor_of_last_month_is_not_bound_to_who_has_gone(alice, bob, round_robin, clock):
    vera = uuid4()
    last_month = LiveChat.request(visitor_key=vera, route=round_robin, attributes={})
    last_month.accept(alice)
    last_month.end(because=Because.VISITOR)
    clock.move(days=30)
    bob.switch(available=True)

    assert asked(LiveChat.request(visitor_key=vera, route=round_robin, attributes={})) == ["Bob"]


def test_p42_who_misses_two_in_a_row_is_asked_no_more_until_they_come_back(ask, alice, clock):
    for _ in range(2):
        live_chat = ask()
        clock.move(seconds=100)
        live_chat.expire_offer()

    assert ask().because == Because.NOBODY
    alice.refresh_from_db()
    assert alice.is_set_away

    alice.switch(available=True)
    assert asked(ask()) == ["Alice"]
