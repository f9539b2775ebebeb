"""How tests let things happen at one moment, and one between the statements of another."""

import logging
import os
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from time import monotonic

from django.db import connection

from dialogues.models import OutOfDate
from routing.models import TooLate

# `make proof` runs ten times as many rounds.
TIMES = 10 if os.environ.get("PROOF") else 1
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
        pause = 0
        while True:
            scene, others, statements = begin(), [], 0

            def interrupt(execute, *statement, scene=scene, others=others, at=pause):
                nonlocal statements
                result = execute(*statement)
                # Between a savepoint and what follows, nobody can come in that could not before.
                if "SAVEPOINT" in statement[0]:
                    return result
                if statements == at:
                    others.append(pool.submit(outcome_of, lambda: second(scene)))
                    wait_until_done_or_blocked(others[0])
                statements += 1
                return result

            with connection.execute_wrapper(interrupt):
                outcome = outcome_of(lambda scene=scene: first(scene))
            if not others:
                break
            yield scene, outcome, others[0].result(PATIENCE_SECONDS)
            pause += 1
        pool.submit(connection_of_this_thread_closes).result(PATIENCE_SECONDS)


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
