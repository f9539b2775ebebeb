"""The clock notices that nobody is there any more: never early, at most two seconds late (P38)."""

from datetime import timedelta

import pytest

from dialogues.models import Visitor, VisitorPresence
from routing.models import AgentPresence
from tests.chatsite.clock.conftest import asleep, by_a_worker, wait_for_looks
from tests.product import wait_until


@pytest.fixture
def seconds_late(clock):
    """How long after the time was up the row was gone, at most."""

    def seconds_late(presence):
        rows = type(presence).objects.filter(pk=presence.pk)
        wait_until(lambda: not rows.exists())
        return (clock() - presence.until).total_seconds()

    return seconds_late


@pytest.fixture
def veras(vera, clock):
    return VisitorPresence.objects.create(visitor=vera, until=clock() + timedelta(seconds=30))


def test_vera_has_left_when_her_time_is_up(product, talking, veras, clock, seconds_late):
    clock.move(seconds=28)
    wait_for_looks(2)
    assert VisitorPresence.objects.exists()

    clock.move(seconds=1)
    with by_a_worker(product):
        assert 0 <= seconds_late(veras) <= 2


def test_the_clock_sees_to_it_when_no_worker_comes(product, talking, veras, clock, seconds_late):
    clock.move(seconds=29.8)

    with asleep(product.pid("worker-deadlines")):
        assert 0 <= seconds_late(veras) <= 2


def test_an_agent_s_row_goes_too(product, alice, clock, seconds_late):
    presence, _ = AgentPresence.objects.update_or_create(
        agent=alice, defaults={"until": clock() + timedelta(seconds=30)}
    )
    clock.move(seconds=29.8)

    assert 0 <= seconds_late(presence) <= 2


def test_two_hundred_who_leave_at_once_keep_nobody_waiting(product, clock):
    visitors = Visitor.objects.bulk_create(Visitor() for _ in range(200))
    until = clock() - timedelta(seconds=1)
    VisitorPresence.objects.bulk_create(VisitorPresence(visitor=visitor, until=until) for visitor in visitors)

    wait_until(lambda: not VisitorPresence.objects.exists())
