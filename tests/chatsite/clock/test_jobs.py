"""A job may come early, twice, late or never, and leaves nothing behind."""

import django_rq
import pytest
from django_rq.workers import get_worker_class
from rq import SimpleWorker

from dialogues.jobs import end_if_idle
from dialogues.models import Visitor
from routing.jobs import expire_offer
from routing.models import LiveChat, Offer
from tests.chatsite.clock.conftest import asleep, assert_on_time, seconds_late
from tests.product import wait_until


@pytest.fixture
def queue():
    return django_rq.get_queue("deadlines", commit_mode="auto")


@pytest.fixture
def done_by_a_worker(product, queue):
    """Has jobs done, outside all order."""

    def done_by_a_worker(job, *keys):
        ids = {queue.enqueue(job, key, result_ttl=0, failure_ttl=60).id for key in keys}
        wait_until(lambda: not ids & set(left_of(queue)))
        assert not ids & set(queue.failed_job_registry.get_job_ids())

    return done_by_a_worker


def left_of(queue):
    return (
        queue.get_job_ids()
        + queue.intermediate_queue.get_job_ids()
        + queue.started_job_registry.get_job_ids()
    )


def left_in_redis():
    """Whatever is not about a worker, which Redis forgets some minutes after it is gone."""
    keys = {key.decode() for key in django_rq.get_connection("deadlines").scan_iter()}
    of_workers = ("rq:worker", "rq:clean_", "rq:queues", "parley:clock")
    return {key for key in keys if not key.startswith(of_workers)}


def test_an_early_job_leaves_the_offer_and_the_chat_be(talking, requested, clock, done_by_a_worker):
    waiting = requested(Visitor.objects.create())
    clock.move(seconds=50)

    done_by_a_worker(expire_offer, waiting.live_chat.pk)
    done_by_a_worker(end_if_idle, talking.pk)

    talking.refresh_from_db()
    assert Offer.objects.open().get().live_chat == waiting.live_chat
    assert (talking.ended_at, talking.warned_at) == (None, None)


def test_a_job_that_comes_twice_takes_nothing_from_bob(alice, bob, to_sales, vera, clock, done_by_a_worker):
    live_chat = LiveChat.request(visitor_key=vera.key, route=to_sales, attributes={})
    clock.move(seconds=100)

    done_by_a_worker(expire_offer, *[live_chat.pk] * 3)

    assert live_chat.offers.open().get().agent == bob
    assert live_chat.offers.count() == 2


def test_the_clock_does_it_when_no_worker_comes(product, soon_due, queue, said):
    with asleep(product.pid("worker-deadlines")):
        soon_due()
        assert_on_time(seconds_late())
        jobs = queue.get_jobs()

    wait_until(lambda: "the clock does them" in said())
    # The worker that slept had been given one already.
    assert len({job.id for job in jobs}) == len(jobs) >= 9
    assert {(job.timeout, job.result_ttl) for job in jobs} == {(10, 0)}


def test_a_late_job_takes_nothing_from_bob(product, queue, alice, bob, to_sales, vera, clock):
    live_chat = LiveChat.request(visitor_key=vera.key, route=to_sales, attributes={})
    # A worker that was killed leaves its job there for some minutes.
    before = set(left_of(queue))

    with asleep(product.pid("worker-deadlines")):
        clock.move(seconds=100)
        wait_until(lambda: live_chat.offers.filter(agent=bob).exists())

    wait_until(lambda: set(left_of(queue)) <= before)
    assert live_chat.offers.open().get().agent == bob


def test_nothing_is_left_in_redis(product, soon_due):
    before = left_in_redis()

    soon_due()
    assert_on_time(seconds_late())

    wait_until(lambda: left_in_redis() <= before, failing=lambda: f"{left_in_redis() - before}")


def test_jobs_run_in_the_worker_s_own_process():
    """A fork for each would cost five times as much."""
    assert issubclass(get_worker_class(), SimpleWorker)
