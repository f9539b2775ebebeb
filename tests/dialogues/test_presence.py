"""A visitor's presence: never over early, kept by whoever comes back, and part of what the agent's page shows."""

from datetime import timedelta

import psycopg
import pytest

from dialogues.jobs import end_visitor_presence
from dialogues.live import hub
from dialogues.live.database import connection_parameters
from dialogues.models import VisitorPresence
from routing.models import State
from tests.racing import at_once, wait_until_done_or_blocked


@pytest.fixture
def here(vera, clock):
    """Vera has the chat open."""
    return VisitorPresence.objects.create(visitor=vera, until=clock() + timedelta(seconds=45))


@pytest.mark.parametrize("early", [timedelta(microseconds=1), timedelta(seconds=1), timedelta(seconds=45)])
def test_nobody_has_left_before_the_time_is_up(here, clock, early):
    clock.stand_at(here.until - early)

    end_visitor_presence(here.pk)

    assert list(VisitorPresence.objects.here()) == [here]
    assert not VisitorPresence.objects.over().exists()


def test_when_the_time_is_up_the_visitor_has_left(here, clock):
    clock.stand_at(here.until)
    assert list(VisitorPresence.objects.over()) == [here]
    assert not VisitorPresence.objects.here().exists()

    end_visitor_presence(here.pk)

    assert not VisitorPresence.objects.exists()


def test_a_job_that_comes_again_finds_nothing_to_do(here, clock):
    clock.stand_at(here.until)

    for _ in range(2):
        end_visitor_presence(here.pk)

    assert not VisitorPresence.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_comes_back_while_the_job_waits_is_here(here, vera, clock):
    clock.move(seconds=46)
    with psycopg.connect(**connection_parameters() | {"autocommit": False}) as beat:
        beat.execute(
            "UPDATE dialogues_visitorpresence SET until = parley_now() + interval '45 s' WHERE visitor_id = %s",
            [vera.pk],
        )

        def come_back():
            wait_until_done_or_blocked(NotYet())
            beat.commit()

        at_once(lambda: end_visitor_presence(vera.pk), come_back)

    assert list(VisitorPresence.objects.here()) == [here]


class NotYet:
    """Nothing to wait for but the lock."""

    def done(self):
        return False


def test_who_leaves_while_waiting_still_waits(alice, requested, vera, here, clock):
    """Nothing is ended by itself: the visitor may come back, and only `cancel` or time ends the request."""
    conversation = requested()
    clock.stand_at(here.until)

    end_visitor_presence(vera.pk)

    conversation.live_chat.refresh_from_db()
    assert conversation.live_chat.state == State.OFFERED


def test_who_leaves_and_who_comes_back_is_another_revision_for_the_agent(talking, alice, vera, here, clock):
    """By the clock: whether the row has gone already makes no difference."""
    talks = hub.revision("agent", alice.pk)

    clock.stand_at(here.until)
    left = hub.revision("agent", alice.pk)
    end_visitor_presence(vera.pk)
    gone = hub.revision("agent", alice.pk)
    VisitorPresence.objects.create(visitor=vera, until=clock() + timedelta(seconds=1))
    back = hub.revision("agent", alice.pk)

    assert talks == back != left == gone


def test_somebody_else_who_leaves_is_not(talking, bob, here, clock):
    before = hub.revision("agent", bob.pk)
    clock.stand_at(here.until)

    assert hub.revision("agent", bob.pk) == before
