"""Whatever happens to Redis, to a process or to a line, a clock that runs keeps every deadline."""

import subprocess
from contextlib import contextmanager

import django_rq
import psutil
import pytest
from django.db import connection

from chatsite.queues import BEAT
from routing.models import Agent, Offer
from tests.chatsite.clock.conftest import (
    asleep,
    assert_on_time,
    by_a_worker,
    locked,
    move_to_the_first,
    seconds_late,
    wait_for_looks,
    wait_for_workers,
)
from tests.product import ROOT, wait_until


@pytest.fixture
def redis():
    return django_rq.get_connection("deadlines")


@pytest.fixture
def the_worker_still_works(product, hire, requested, clock):
    """Asks for one more live chat, which is missed on time, and not by the clock's own hand."""

    def the_worker_still_works():
        wait_for_workers(product)
        zoe = hire("Zoe")
        Agent.objects.exclude(pk=zoe.pk).update(available_until=None)
        requested()
        clock.move(seconds=99.9)
        with by_a_worker(product):
            assert_on_time(seconds_late(zoe.offers))

    return the_worker_still_works


@contextmanager
def second_clock(product):
    """As on a second machine: with the same settings."""
    first = psutil.Process(product.pid("clock"))
    second = subprocess.Popen(first.cmdline(), cwd=ROOT, env=first.environ())
    try:
        yield second
    finally:
        second.terminate()
        second.wait()


def test_redis_forgets_everything(product, soon_due, redis, the_worker_still_works):
    soon_due()

    redis.flushall()

    assert_on_time(seconds_late())
    the_worker_still_works()


def test_redis_hangs(product, soon_due, redis):
    """It takes every connection and every question, and does not answer."""
    soon_due()

    redis.client_pause(3000)

    assert_on_time(seconds_late())


def test_the_lines_to_postgres_are_cut(product, soon_due, the_worker_still_works):
    """Django opens another between two requests; worker and clock have to see to it themselves."""
    soon_due()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert_on_time(seconds_late())
    the_worker_still_works()


def test_the_worker_is_killed_in_the_middle_of_a_job(product, soon_due, the_worker_still_works):
    first, *_ = soon_due()

    with locked(first.live_chat):
        wait_until(somebody_waits_for_a_lock)
        product.kill("worker-deadlines")

    assert_on_time(seconds_late())
    the_worker_still_works()


def test_the_clock_is_killed(product, soon_due):
    """Late by the time that its next start takes, and no more; never early."""
    killed = product.pid("clock")
    soon_due()

    product.kill("clock")

    late = seconds_late()
    assert late[0] >= 0
    assert late[-1] < 10
    assert product.pid("clock") != killed


def test_clock_and_worker_are_killed(product, soon_due, clock):
    killed = {product.pid("clock"), product.pid("worker-deadlines")}
    soon_due()
    clock.move(seconds=-60)

    product.kill("clock")
    product.kill("worker-deadlines")
    wait_until(
        lambda: not killed & {product.pid("clock"), product.pid("worker-deadlines")}, failing=product.why_not
    )
    wait_for_looks(2)

    assert Offer.objects.open().count() == 10
    move_to_the_first(clock)
    assert_on_time(seconds_late())


def test_it_is_not_ready_while_nobody_looks(product, redis):
    with asleep(product.pid("clock")):
        redis.delete(BEAT)  # which it would lose after five seconds
        assert not product.is_ready()

    wait_until(product.is_ready)


def test_two_clocks(product, soon_due):
    with second_clock(product) as second:
        wait_until(lambda: psutil.Process(second.pid).net_connections("all"))
        soon_due()

        assert_on_time(seconds_late())
        assert second.poll() is None

    assert Offer.objects.count() == 10


def test_somebody_holds_one_row(product, soon_due):
    """It keeps the worker waiting, and the others do not wait for it."""
    first, *others = soon_due()

    with locked(first.live_chat):
        live_chats = [conversation.live_chat_id for conversation in others]
        assert_on_time(seconds_late(Offer.objects.filter(live_chat__in=live_chats)))
        assert Offer.objects.open().get().live_chat == first.live_chat

    seconds_late()


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return cursor.fetchone()[0]
