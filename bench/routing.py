"""Routing: how many requests a second find an agent, and how soon the agent's page has the banner."""

import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from time import perf_counter
from uuid import uuid4

import uvloop
from django.db import connection, transaction
from django.db.models import F

from bench import stage
from bench.banner import Banners
from bench.floors import Commits, Publishes
from bench.people import empty, hire_up_to
from routing.models import Because, LiveChat, Method, Offer, Route, State
from routing.models.offer import Outcome

AGENTS = (100, 1_000)
THREADS = (1, 4)
RUNS = 5
WINDOW_SECONDS = 1.5
TWO_ROWS = ["INSERT INTO bench_two_rows (body) VALUES ('A row as small as they come.')"] * 2


class Routing:
    """Everything that is measured of it: `rates`, and the seconds of each banner and of the parts of its floor."""

    def __init__(self, say):
        self.say = say
        self.rates = Rates(say)
        self.seconds = defaultdict(list)

    def run(self):
        few, many = AGENTS
        empty()
        self.say(f"Hiring {few:,} agents, all available")
        agents = hire_up_to(few)
        self.rates.measure(few)
        self.say(f"Starting Parley; each address may make {stage.REQUESTS_PER_ADDRESS:,} requests")
        with (
            stage.product() as (port, _),
            stage.relay() as (relay_port, _),
            closing(Commits(os.environ["DATABASE_URL"])) as commits,
            closing(Publishes(os.environ["REDIS_URL"])) as publishes,
        ):
            banners = Banners(agents, port=port, relay_port=relay_port)
            uvloop.run(self._measure_banners(banners, commits=commits, publishes=publishes))
        self.say(f"Hiring {many - few:,} agents more")
        hire_up_to(many)
        self.rates.measure(many)

    async def _measure_banners(self, banners, **floors):
        async with banners:
            for number in range(1, RUNS + 1):
                found = await banners.measure()
                found |= {name: floor.measure() for name, floor in floors.items()}
                for name, seconds in found.items():
                    self.seconds[name] += seconds
                mine = sorted(found["banner"])
                self.say(
                    f"banner   run {number}: p50 {1e3 * mine[len(mine) // 2]:7.2f} ms, at most {1e3 * mine[-1]:7.2f} ms"
                )


class Rates:
    """By the number of agents, who are all available, and of threads that ask: requests a second, and the floor's."""

    def __init__(self, say):
        self.say = say
        self.ours, self.floor = defaultdict(list), defaultdict(list)

    def measure(self, agents):
        """In turns with the floor."""
        route = Route.objects.to(Method.ROUND_ROBIN)
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS bench_two_rows (id bigserial PRIMARY KEY, body text); ANALYZE"
            )
        for threads in THREADS:
            with crowd(threads) as all_at_once:
                all_at_once(lambda: _request(route), seconds=0.5)
                for number in range(1, RUNS + 1):
                    ours = all_at_once(lambda: _request(route), seconds=WINDOW_SECONDS)
                    floor = all_at_once(_commit_two_rows, seconds=WINDOW_SECONDS)
                    self.ours[agents, threads].append(ours)
                    self.floor[agents, threads].append(floor)
                    self.say(
                        f"routing  {agents:5,} agents, {threads} threads, run {number}: {ours:8,.1f} requests/s"
                        f"  two rows {floor:8,.0f}/s"
                    )
                    _nobody_waits()


@contextmanager
def crowd(threads):
    """Threads with a connection each; gives what measures how often a second they do something together."""
    with ThreadPoolExecutor(threads) as pool:

        def work(act, until):
            done = 0
            while perf_counter() < until:
                act()
                done += 1
            return done, perf_counter()

        def all_at_once(act, *, seconds):
            began = perf_counter()
            works = [pool.submit(work, act, began + seconds) for _ in range(threads)]
            done = [each.result() for each in works]
            return sum(count for count, _ in done) / (max(ended for _, ended in done) - began)

        try:
            yield all_at_once
        finally:
            all_at_once(lambda: connection.close(), seconds=0.05)


def _request(route):
    live_chat = LiveChat.request(visitor_key=uuid4(), route=route, attributes={})
    if live_chat.state != State.OFFERED:
        raise AssertionError("There was no place left: the window is too long for so few agents.")


def _commit_two_rows():
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in TWO_ROWS:
            cursor.execute(statement)


def _nobody_waits():
    """Past the verbs, and outside of what is measured: the next window finds all places free."""
    Offer.objects.open().update(outcome=Outcome.WITHDRAWN, closed_at=F("made_at"))
    over = {"state": State.ENDED, "because": Because.CANCELLED, "ended_at": F("requested_at")}
    LiveChat.objects.filter(state=State.OFFERED).update(**over)
