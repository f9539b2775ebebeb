"""Deadlines in the near future, and what can be seen of those who keep them."""

import signal
from contextlib import contextmanager
from os import kill

import django_rq
import pytest
from django.db import connection

from chatsite.queues import BEAT
from dialogues.models import Visitor
from routing.models import Agent, Offer
from tests.product import wait_until


@pytest.fixture
def soon_due(requested, hire, clock):
    """Makes open offers whose time is up within the next seconds, one after the other."""

    def soon_due(count=10):
        for _ in range(count // 10):
            hire(f"Agent{Agent.objects.count()}")
        conversations = [requested(Visitor.objects.create()) for _ in range(count)]
        move_to_the_first(clock)
        return conversations

    return soon_due


def move_to_the_first(clock):
    """To just before the time of the first offer is up."""
    first = Offer.objects.open().earliest("expires_at")
    clock.move(seconds=(first.expires_at - clock()).total_seconds() - 0.2)


def seconds_late(offers=None):
    """How long after its time was up each offer was closed, once all are; by the database's clock."""
    offers = Offer.objects.all() if offers is None else offers
    wait_until(lambda: not offers.filter(outcome=None).exists(), seconds=30)
    times = offers.values_list("closed_at", "expires_at")
    return sorted((closed_at - expires_at).total_seconds() for closed_at, expires_at in times)


def assert_on_time(late):
    assert late, "There was nothing to be late with."
    assert late[0] >= 0, f"{late[0]} s: too early"
    assert late[-1] <= 2, f"{late[-1]} s late"


def wait_for_looks(count):
    """Until the clock has looked this often; it leaves the time of each look behind."""
    seen = set()

    def has_looked():
        seen.add(django_rq.get_connection("deadlines").get(BEAT))
        return len(seen - {None}) > count

    wait_until(has_looked)


@pytest.fixture
def product(product):
    """With its clock and workers at work: an earlier test may have killed them."""
    wait_for_looks(1)
    wait_for_workers(product)
    return product


def wait_for_workers(product):
    """Until both wait for a job. RQ's own list of them does not survive a Redis that forgets everything."""

    def are_waiting():
        clients = django_rq.get_connection("deadlines").client_list()
        return [client["cmd"] for client in clients].count("blmove") == 2

    wait_until(are_waiting, seconds=20, failing=product.why_not)


@pytest.fixture
def said(product):
    """What the product has said since the test began."""
    before = len(product.why_not())
    return lambda: product.why_not()[before:]


@contextmanager
def by_a_worker(product):
    """What is done meanwhile is done by a worker: the clock would say so if it were the one."""
    before = len(product.why_not())
    yield
    assert "the clock does" not in product.why_not()[before:]


@contextmanager
def asleep(pid):
    """The process does nothing meanwhile, and does not know that time went by."""
    kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        kill(pid, signal.SIGCONT)


@contextmanager
def locked(live_chat):
    """Somebody else holds the live chat's row."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM routing_livechat WHERE id = %s FOR NO KEY UPDATE", [live_chat.pk])
        yield
    other.rollback()
    other.close()
