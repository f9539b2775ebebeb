"""When hours begin or end, the clock settles who takes chats, and their pages hear of it: never early, at most two
seconds late."""

from datetime import time

import pytest

from dialogues.live import hub
from routing.models import Agent, HoursBlock
from tests.chatsite.clock.conftest import asleep, by_a_worker, wait_for_looks
from tests.product import wait_until

WEDNESDAY = 2


@pytest.fixture
def alice(hire, product):
    """Works from 13:00 to 14:00; it is noon on a Wednesday."""
    alice = hire("Alice", available=False)
    HoursBlock.objects.create(agent=alice, weekday=WEDNESDAY, begins=time(13), ends=time(14))
    alice.settle()
    return alice


def move_to(moment, clock, *, seconds_before=0.3):
    clock.move(seconds=(moment - clock()).total_seconds() - seconds_before)


def is_settled(agent, *, due):
    """Whether what came due at that moment has been dealt with, and what comes next is written down."""

    def is_settled():
        agent.refresh_from_db()
        return agent.settle_at != due

    return is_settled


def test_hours_begin_and_end_and_the_page_hears_of_both(product, alice, clock):
    with by_a_worker(product):
        for is_available in (True, False):
            due, before = alice.settle_at, hub.revision("agent", alice.pk)
            move_to(due, clock)

            wait_until(is_settled(alice, due=due))

            assert (clock() - due).total_seconds() < 2
            assert alice.is_available == is_available
            wait_until(lambda before=before: hub.revision("agent", alice.pk) != before)


def test_nothing_is_settled_early(product, alice, clock):
    due, before = alice.settle_at, hub.revision("agent", alice.pk)

    clock.move(minutes=59)
    wait_for_looks(2)

    assert not is_settled(alice, due=due)()
    assert not Agent.objects.to_settle().exists()
    assert hub.revision("agent", alice.pk) == before


def test_without_a_worker_the_clock_settles(product, alice, clock, said):
    due = alice.settle_at

    with asleep(product.pid("worker-deadlines")):
        move_to(due, clock)
        wait_until(is_settled(alice, due=due))
        assert (clock() - due).total_seconds() < 2

    # It says so when it has done them all.
    wait_until(lambda: "the clock does them" in said())


def test_the_switch_ends_at_midnight(product, hire, clock):
    bob = hire("Bob", available=False)
    bob.switch(available=True)
    due = bob.settle_at
    assert f"{due:%H:%M}" == "00:00"

    move_to(due, clock)
    wait_until(is_settled(bob, due=due))

    assert (bob.is_available, bob.switched, bob.settle_at) == (False, "", None)
