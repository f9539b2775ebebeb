"""Round robin over all agents, where the card's own option leads to nobody; a setting, off by default."""

import pytest

from routing.models import Because, Method, Plan, Route, State, Workspace
from tests.routing.conftest import asked


@pytest.fixture
def overflow(workspace):
    Workspace.objects.update(overflow=True)


def test_without_it_a_team_that_is_away_leads_to_the_fallback_message(ask, to_sales, alice, bob, carol):
    alice.switch(available=False)
    bob.switch(available=False)

    live_chat = ask(to_sales)

    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.NOBODY)


def test_with_it_somebody_else_is_asked(ask, overflow, to_sales, alice, bob, carol):
    alice.switch(available=False)
    bob.switch(available=False)

    live_chat = ask(to_sales)

    assert (asked(live_chat), live_chat.offers.get().step) == (["Carol"], "overflow")


def test_with_it_a_visitor_whom_no_rule_means_is_helped(ask, overflow, carol):
    live_chat = ask(Route.objects.to(Method.CUSTOM_RULES))

    assert asked(live_chat) == ["Carol"]
    assert "No custom rule matched." in live_chat.decisions.get().because


def test_who_declines_is_no_reason_for_it(ask, overflow, to_alice, alice, carol):
    live_chat = ask(to_alice)

    live_chat.decline(alice)

    assert (live_chat.state, asked(live_chat)) == (State.FELL_BACK, ["Alice"])


def test_it_has_the_tries_of_round_robin(ask, overflow, to_alice, alice, bob, carol):
    Workspace.objects.update(round_robin_tries=2)
    alice.switch(available=False)
    live_chat = ask(to_alice)

    live_chat.decline(bob)
    live_chat.decline(carol)

    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.MISSED)
    assert asked(live_chat) == ["Bob", "Carol"]


def test_on_select_it_has_one_try_whatever_was_set(ask, overflow, to_alice, alice, bob, carol):
    Workspace.objects.update(round_robin_tries=2, plan=Plan.SELECT)
    alice.switch(available=False)
    live_chat = ask(to_alice)

    live_chat.decline(bob)

    assert (live_chat.state, asked(live_chat)) == (State.FELL_BACK, ["Bob"])


def test_the_end_of_it_is_explained(ask, overflow, to_alice, alice, bob):
    alice.switch(available=False)
    live_chat = ask(to_alice)
    alice.switch(available=True)
    # The option has somebody now, who is asked after all; then every try was made.
    live_chat.decline(bob)
    live_chat.decline(alice)

    assert live_chat.state == State.FELL_BACK
    assert live_chat.decisions.last().because == [
        "1 agent was asked by agent “Alice”, which is all that is tried."
    ]
