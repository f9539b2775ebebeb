"""One whole bench, from nothing to a table. Each figure is the median of five runs, ours and the floor's in turns."""

import os
from contextlib import ExitStack, closing
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import uvloop

from bench import stage
from bench.designer import Designer
from bench.floors import Commits, Publishes
from bench.load import Load
from bench.meter import Meter, Spent
from bench.people import CHATS_PER_AGENT, make_chats
from bench.report import (
    broken_promises,
    print_table,
    result_of_designer,
    results,
    results_of_routing,
    write,
)
from bench.routing import Routing
from bench.verify import find_faults
from chatsite.supervisor import raise_file_limit

CHATS = 1_000
SATURATED_CHATS = 200
WARM_UP_CHATS = 20
RUNS = 5
MESSAGE_EVERY_SECONDS = 4
SATURATE_SECONDS = 4
BUSY = 0.2
BEGAN = perf_counter()


@dataclass
class Run:
    """What one window gave: the seconds from socket to socket, how many messages, what they cost."""

    seconds: list[float]
    messages: int
    spent: Spent

    def __str__(self):
        return (
            f"{self.messages / self.spent.wall:8,.0f}/s  p50 {1e3 * self.p50:7.2f} ms  p99 {1e3 * self.p99:7.2f} ms"
            f"  (of a core: load {self.spent.share('load'):.0%}, others {self.spent.share_of_others:.0%})"
        )

    @property
    def p50(self):
        return _percentile(self.seconds, 50)

    @property
    def p99(self):
        return _percentile(self.seconds, 99)


def run(databases) -> list[str]:
    """Returns what is wrong, in sentences."""
    raise_file_limit()
    routing = Routing(say)
    routing.run()
    designer = Designer(say)
    designer.run()
    say(f"Making {CHATS:,} live chats, {CHATS_PER_AGENT} to an agent")
    chats = make_chats(CHATS)
    with ExitStack() as stack:
        say(f"Starting Parley; the message limit is raised to {stage.MESSAGES_PER_VISITOR:,} a visitor")
        port, web = stack.enter_context(stage.product())
        relay_port, relay = stack.enter_context(stage.relay())
        bench = Bench(chats, Meter(**databases, web=web, relay=relay), port=port, relay_port=relay_port)
        bench.commits = stack.enter_context(closing(Commits(os.environ["DATABASE_URL"])))
        bench.publishes = stack.enter_context(closing(Publishes(os.environ["REDIS_URL"])))
        uvloop.run(bench.run())
    found = [*results(bench), *results_of_routing(routing), result_of_designer(designer)]
    print_table(found)
    if (others := bench.share_of_others()) > BUSY:
        print(f"Others took {others:.0%} of a core meanwhile: repeat this when the machine is quiet.\n")
    write(found)
    return bench.faults + broken_promises(found)


class Bench:
    def __init__(self, chats, meter, *, port, relay_port):
        self.chats = chats
        self.meter = meter
        self.ports = {"web": port, "relay": relay_port}
        self.kilobytes = {}
        self.trickling = {"web": [], "relay": [], "commit": [], "publish": []}
        self.saturated = {"web": [], "relay": []}
        self.written = {chat.conversation: [] for chat in chats}
        self.faults = []

    async def run(self):
        loads = [await self._connect_and_weigh(server) for server in self.ports]
        for number in range(1, RUNS + 1):
            for load in loads:
                await self._trickle(load, number)
            self._measure_floor("commit", self.commits, number)
            self._measure_floor("publish", self.publishes, number)
        await self._close(loads)
        loads = [self._load(server, self.chats[:SATURATED_CHATS]) for server in self.ports]
        for load in loads:
            await load.connect()
        for number in range(1, RUNS + 1):
            for load in loads:
                await self._saturate(load, number)
        await self._close(loads)
        total = sum(map(len, self.written.values()))
        say(f"Reading back all {total:,} messages through bench/client.py")
        self.faults += await find_faults(self.chats, self.written, port=self.ports["web"])

    def share_of_others(self):
        """What the rest of the machine took of a core, in the median run."""
        runs = [run for name in self.ports for run in self.trickling[name] + self.saturated[name]]
        return median(run.spent.share_of_others for run in runs)

    def _load(self, server, chats):
        return Load(chats, server=server, port=self.ports[server])

    async def _connect_and_weigh(self, server):
        # What the first few sockets load and cache belongs to none of them.
        first = self._load(server, self.chats[:WARM_UP_CHATS])
        await first.connect()
        await first.close()
        before, load, began = self.meter.kilobytes(server), self._load(server, self.chats), perf_counter()
        await load.connect()
        took = perf_counter() - began
        self.kilobytes[server] = (self.meter.kilobytes(server) - before) / len(load.sockets)
        say(
            f"{server:8} {len(load.sockets):,} sockets opened in {took:.1f} s, "
            f"{self.kilobytes[server]:.1f} KB each"
        )
        return load

    async def _trickle(self, load, number):
        before = self.meter.read()
        await load.trickle(MESSAGE_EVERY_SECONDS)
        await load.settle()
        spent = self.meter.read() - before
        self._keep(self.trickling, load, number, len(load.seconds), spent)

    async def _saturate(self, load, number):
        await load.saturate()
        before = self.meter.read()
        messages = await load.count(SATURATE_SECONDS)
        spent = self.meter.read() - before
        await load.settle()
        self._keep(self.saturated, load, number, messages, spent)

    def _keep(self, runs, load, number, messages, spent):
        measured = Run(load.seconds, messages, spent)
        runs[load.server].append(measured)
        say(f"{load.server:8} {len(load.chats):5,} chats, run {number}: {measured}")

    def _measure_floor(self, name, floor, number):
        before = self.meter.read()
        seconds = floor.measure()
        measured = Run(seconds, len(seconds), self.meter.read() - before)
        self.trickling[name].append(measured)
        say(f"{name:8} run {number}: {measured}")

    async def _close(self, loads):
        for load in loads:
            await load.close()
            self.faults += load.faults()
            if load.server == "web":
                for conversation, names in load.written.items():
                    self.written[conversation] += names


def say(line):
    print(f"{perf_counter() - BEGAN:6.1f} s  {line}", flush=True)


def _percentile(values, percent):
    return sorted(values)[len(values) * percent // 100]
