"""One of the processes of test_torture.py: a real writer, and forty people who write, repeat and lose answers."""

import asyncio
import json
import logging
import os
import random
import socket
import sys
import time
import uuid
from collections import Counter, deque
from contextlib import suppress

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup()

import psycopg  # noqa: E402  Django must be set up first

from dialogues.live.database import connection_parameters  # noqa: E402
from dialogues.live.writer import Line, Writer  # noqa: E402


class Again(logging.Handler):
    """Counts the batches that the writer wrote again: with the lock held, no constraint ever needs to catch it."""

    reasons = Counter()

    def emit(self, record):
        if "again" in record.msg:
            self.reasons[type(record.args[0]).__name__] += 1


logging.getLogger().handlers = []
logging.getLogger("dialogues.live.writer").addHandler(Again())
PEOPLE = 40
POISON = ["a\0b", "half \ud800", "x" * 4001]
# Ids that the processes share, so that two of them write the same one at the same moment.
SHARED = uuid.UUID(int=7)


class Process:
    def __init__(self, seed, number, seconds, agents):
        self.dice = random.Random(seed * 10 + number)
        self.seed, self.number, self.seconds, self.agents = seed, number, seconds, agents
        self.open, self.past = [], deque(maxlen=200)
        self.verdicts, self.slowest, self.thrown = Counter(), 0, 0
        self.acknowledged, self.tried, self.given_up, self.overtaken = [], set(), set(), []
        self.asked, self.answered = 0, 0

    async def run(self):
        self.writer = Writer(lambda *written: None)
        self.until = time.monotonic() + self.seconds
        self.watching = asyncio.create_task(self._watch())
        self.cutting = asyncio.create_task(self._throw_answers_away())
        await asyncio.gather(*(self._person() for _ in range(PEOPLE)))
        for task in (self.watching, self.cutting):
            task.cancel()
        await self.writer.stop()
        return {
            "verdicts": self.verdicts,
            "again": Again.reasons,
            "slowest": self.slowest,
            "thrown": self.thrown,
            "acknowledged": self.acknowledged,
            "tried": [[conversation, str(key)] for conversation, key in self.tried],
            "given_up": [[conversation, str(key)] for conversation, key in self.given_up],
            "overtaken": self.overtaken,
            "unanswered": list(range(self.asked - self.answered)),
        }

    async def _watch(self):
        """Which conversations there are now, and one or two that have ended."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**connection_parameters()) as line:
                    while True:
                        rows = await line.execute(
                            "SELECT id, visitor_id, live_agent_id FROM dialogues_conversation ORDER BY id DESC LIMIT 14"
                        )
                        self.open = await rows.fetchall()
                        await asyncio.sleep(0.05)
            except psycopg.Error:
                await asyncio.sleep(0.05)

    async def _throw_answers_away(self):
        """Breaks the writer's own line, mostly while it waits for an answer."""
        while True:
            await asyncio.sleep(self.dice.uniform(0.05, 0.2))
            if line := self.writer._connection:
                with suppress(OSError, psycopg.Error):
                    _shut_down(line.fileno())
                    self.thrown += 1

    async def _person(self):
        while time.monotonic() < self.until:
            if not self.open:
                await asyncio.sleep(0.02)
                continue
            if self.past and self.dice.random() < 0.1:
                await self._say(*self.dice.choice(self.past))
            else:
                await self._say_two(self._message())
            await asyncio.sleep(self.dice.uniform(0, 0.004))

    def _message(self):
        conversation, visitor, live_agent = self.dice.choice(self.open)
        author = self.dice.choice(["visitor", "agent"])
        person = visitor if author == "visitor" else live_agent or self.dice.choice(self.agents)
        if self.dice.random() < 0.03:
            person = self.dice.choice(self.agents)
        key = uuid.UUID(int=self.dice.getrandbits(128))
        if self.dice.random() < 0.1:
            key = uuid.uuid5(SHARED, f"{conversation} {int(time.time() * 20)}")
        body = self.dice.choice(POISON) if self.dice.random() < 0.006 else f"{self.number}"
        return conversation, author, person, key, body

    async def _say_two(self, message):
        """One after the other without waiting, as a person does: the second must not come first."""
        conversation, author, person, _, _ = message
        second = (conversation, author, person, uuid.UUID(int=self.dice.getrandbits(128)), "second")
        first = asyncio.create_task(self._say(*message))
        await asyncio.sleep(0)
        one, two = await asyncio.gather(first, self._say(*second))
        # A repeat of somebody else's shared id may stand anywhere.
        if one and two and one[0] == two[0] == "ok" and one[1] > two[1]:
            self.overtaken.append([conversation, one[1], two[1]])

    async def _say(self, conversation, author, person, key, body):
        self.tried.add((conversation, key))
        loop, began = asyncio.get_running_loop(), time.monotonic()
        while True:
            answer = loop.create_future()
            self.asked += 1
            self.writer.write(
                Line(
                    conversation,
                    key,
                    author,
                    person,
                    body,
                    lambda _, verdict, to=answer: self._hear(to, verdict),
                )
            )
            verdict = await answer
            self.verdicts[verdict.verdict] += 1
            if verdict.verdict != "busy":
                break
            if time.monotonic() > self.until + 20:
                self.given_up.add((conversation, key))
                return None
            await asyncio.sleep(0.05)
        self.slowest = max(self.slowest, time.monotonic() - began)
        if verdict.verdict in ("ok", "repeat"):
            self.acknowledged.append(
                [conversation, str(key), person, verdict.position, verdict.at.isoformat()]
            )
            self.past.append((conversation, author, person, key, body))
        return verdict.verdict, verdict.position

    def _hear(self, to, verdict):
        self.answered += 1
        to.set_result(verdict)


def _shut_down(fileno):
    with socket.socket(fileno=os.dup(fileno)) as line:
        line.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    seed, number, seconds, *agents = map(int, sys.argv[1:])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    process = Process(seed, number, seconds, agents)
    sys.stdout.write(json.dumps(asyncio.run(process.run())))
