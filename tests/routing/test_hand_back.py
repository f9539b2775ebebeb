"""A chat whose agent may no longer answer: somebody else is asked to take over."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.models import Because, LiveChat, State, TooLate
from tests.routing.conftest import asked, outcomes
from tests.routing.test_locks import in_order, locked


def take_the_permission(agent):
    agent.user.user_permissions.clear()


@pytest.fixture
def active(ask, to_sales, alice):
    """Vera's chat with Alice, of team Sales."""
    live_chat = ask(to_sales)
    live_chat.accept(alice)
    return live_chat


@pytest.fixture
def handed_back(active, alice):
    """Alice had to leave, and Bob is asked."""
    take_the_permission(alice)
    active.hand_back()
    return active


def test_the_next_of_the_team_is_asked_to_take_over(handed_back, bob):
    offer = handed_back.offers.open().get()

    assert (offer.agent, offer.is_to_take_over, offer.step) == (bob, True, "option")
    assert (handed_back.state, handed_back.agent_name) == (State.ACTIVE, "Alice")


def test_who_takes_over_gives_the_chat_their_name_and_picture(handed_back, bob):
    bob.picture.save("bob.png", ContentFile(b"a face"), save=True)
    accepted_at = handed_back.accepted_at

    handed_back.accept(bob)

    handed_back.refresh_from_db()
    assert (handed_back.agent, handed_back.agent_name) == (bob, "Bob")
    assert handed_back.agent_picture == bob.picture.name
    assert (handed_back.accepted_at, handed_back.handed_back_at) == (accepted_at, None)
    bob.picture.delete(save=False)


def test_nothing_happens_while_the_agent_may_answer(active, rows):
    before = rows()

    active.hand_back()

    assert rows() == before
    assert not LiveChat.objects.forsaken().exists()


def test_it_is_handed_back_once_however_often_the_clock_comes(handed_back, rows):
    before = rows()

    handed_back.hand_back()

    assert rows() == before
    assert not LiveChat.objects.forsaken().exists()


def test_when_nobody_of_the_team_takes_over_all_agents_are_asked(handed_back, bob, carol):
    handed_back.decline(bob)

    assert asked(handed_back) == ["Alice", "Bob", "Carol"]
    assert handed_back.offers.open().get().step == "overflow"


def test_when_nobody_can_take_over_the_chat_ends_and_says_what_vera_reads(active, alice, bob):
    bob.switch(available=False)
    take_the_permission(alice)

    active.hand_back()

    assert (active.state, active.because) == (State.ENDED, Because.LEFT_ALONE)
    assert active.fallback_message
    assert active.agent == alice


def test_when_nobody_takes_over_in_time_the_chat_ends(handed_back, bob, clock):
    clock.move(seconds=100)
    handed_back.expire_offer()

    assert (handed_back.state, handed_back.because) == (State.ENDED, Because.LEFT_ALONE)
    assert outcomes(handed_back) == ["accepted", "expired"]


@pytest.mark.parametrize("because", [Because.VISITOR, Because.IDLE])
def test_a_chat_that_ends_meanwhile_is_offered_to_nobody_any_more(handed_back, bob, because):
    handed_back.end(because=because)

    assert (handed_back.state, handed_back.because) == (State.ENDED, because)
    assert outcomes(handed_back) == ["accepted", "withdrawn"]
    with pytest.raises(TooLate):
        handed_back.accept(bob)


def test_who_was_too_late_to_take_over_is_not_told_that_the_one_who_left_took_it(handed_back, bob, carol):
    handed_back.decline(bob)

    with pytest.raises(TooLate, match="no longer offered to you"):
        handed_back.accept(bob)


def test_one_who_leaves_hands_back_what_they_took_over(handed_back, alice, bob, carol):
    handed_back.accept(bob)
    take_the_permission(bob)

    handed_back.hand_back()
    handed_back.accept(carol)

    assert (handed_back.state, handed_back.agent_name) == (State.ACTIVE, "Carol")


def test_who_once_took_over_and_is_back_may_be_asked_again(handed_back, alice, bob, hire):
    handed_back.accept(bob)
    take_the_permission(bob)
    alice.user.user_permissions.add(*hire("Dan").user.user_permissions.all())

    handed_back.hand_back()

    assert handed_back.offers.open().get().agent == alice


def test_who_is_full_takes_nothing_over(active, alice, bob, ask, to_sales):
    bob.chat_limit = 1
    bob.save()
    ask(to_sales).accept(bob)
    take_the_permission(alice)

    active.hand_back()

    assert active.because == Because.LEFT_ALONE


def test_an_engagement_that_was_counted_is_not_counted_again(handed_back, bob, workspace):
    workspace.plan, workspace.engagement_limit = "select", 1
    workspace.save()

    handed_back.accept(bob)

    assert workspace.engagements == 1


def test_a_deactivated_agent_leaves_nobody_waiting(ask, to_sales, active, alice, bob):
    bob.switch(available=False)
    offered = ask(to_sales)
    assert asked(offered) == ["Alice"]
    bob.switch(available=True)

    alice.deactivate()

    for live_chat in (active, offered):
        live_chat.refresh_from_db()
        assert live_chat.offers.open().get().agent == bob
    assert (active.state, offered.state) == (State.ACTIVE, State.OFFERED)


@pytest.mark.parametrize("is_taken_over", [True, False])
def test_handing_back_locks_in_the_order_of_the_house(active, alice, bob, is_taken_over):
    bob.switch(available=is_taken_over)
    take_the_permission(alice)

    with CaptureQueriesContext(connection) as captured:
        active.hand_back()

    tables = locked(captured)
    assert tables[:2] == ["routing_livechat", "routing_workspace"]
    assert in_order(tables), tables
