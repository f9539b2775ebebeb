"""How tests let things happen at one moment, and one between the statements of another."""

import logging
import os
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from threading import Barrier
from time import monotonic

from django.db import connection

from dialogues.models import OutOfDate
from routing.models import TooLate

# `make proof` runs ten times as many rounds.
PROOF = bool(os.environ.get("PROOF"))
TIMES = 10 if PROOF else 1
PATIENCE_SECONDS = 30


def chances():
    """Random numbers that SEED=n repeats."""
    seed = int(os.environ.get("SEED") or random.getrandbits(32))
    logging.getLogger(__name__).info("SEED=%d repeats this", seed)
    return random.Random(seed)


@contextmanager
def crowd():
    """Gives `at_once`, which runs each job on a thread and a connection of its own, all at one moment. It
    returns what they return, or the TooLate or OutOfDate they raise; any other error is raised here."""
    widest = 0

    def at_once(*jobs):
        nonlocal widest
        widest = max(widest, len(jobs))
        barrier = Barrier(len(jobs))

        def run(job):
            connection.ensure_connection()
            barrier.wait(PATIENCE_SECONDS)
            return outcome_of(job)

        return [each.result(PATIENCE_SECONDS) for each in [pool.submit(run, job) for job in jobs]]

    with ThreadPoolExecutor(64) as pool:
        try:
            yield at_once
        finally:
            at_once(*[connection_of_this_thread_closes] * widest)


def at_once(*jobs):
    with crowd() as at_once:
        return at_once(*jobs)


def at_every_pause(first, second, *, begin):
    """Runs `first`, and after each of its statements in turn `second` on another connection.

    `begin` sets the scene for every round, and both get what it gives. Yields that, and the two outcomes.
    """
    with ThreadPoolExecutor(1) as pool:
        try:
            for pause in count():
                scene, others = begin(), []
                with connection.execute_wrapper(
                    Interruption(pause, lambda at=scene: second(at), pool, others)
                ):
                    outcome = outcome_of(lambda at=scene: first(at))
                if not others:
                    break
                yield scene, outcome, others[0].result(PATIENCE_SECONDS)
        finally:
            pool.submit(connection_of_this_thread_closes).result(PATIENCE_SECONDS)


class Interruption:
    """Lets somebody in once, after so many statements of this connection."""

    def __init__(self, pause, job, pool, others):
        self.pause, self.job, self.pool, self.others = pause, job, pool, others
        self.statements = 0

    def __call__(self, execute, sql, *rest):
        result = execute(sql, *rest)
        # Between a savepoint and what follows, nobody can come in that could not before.
        if "SAVEPOINT" not in sql:
            if self.statements == self.pause:
                self.others.append(self.pool.submit(outcome_of, self.job))
                wait_until_done_or_blocked(self.others[0])
            self.statements += 1
        return result


def outcome_of(job):
    try:
        return job()
    except (TooLate, OutOfDate) as late:
        return late


def wait_until_done_or_blocked(other):
    began = monotonic()
    while not other.done() and monotonic() - began < PATIENCE_SECONDS:
        # Past Django, so that it is no statement of the one who is interrupted.
        waiting = connection.connection.execute(
            "SELECT count(*) FROM pg_sleep(0.002), pg_locks WHERE NOT granted"
        )
        if waiting.fetchone()[0]:
            return


def connection_of_this_thread_closes():
    connection.close()
