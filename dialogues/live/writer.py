"""Writes what people type: group commit, exactly once, numbered without a gap.

What arrived during the last commit goes into the next call of `write_messages`, one statement a batch. The function
(dialogues/migrations/0003_write_messages.py) locks the conversations, then judges, numbers, inserts and counts on a
snapshot taken after the lock; a single statement over all of it would acknowledge numbers that do not exist.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import psycopg
from msgspec import Struct, field
from psycopg import errors

from dialogues.live.database import connection_parameters

logger = logging.getLogger(__name__)

LARGEST_BATCH = 500
LONGEST_QUEUE = 10_000
# How long a conversation may be held by somebody else before its messages are given back to their senders.
BUSY_SECONDS = 5
TRIES = 8
CALL = (
    "SELECT verdict, pos, at, to_visitor, to_agent FROM write_messages("
    "%b::bigint[], %b::uuid[], %b::text[], %b::bigint[], %b::text[])"
)
TRY_AGAIN = (
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.SerializationFailure,
    # It stands before its parent IntegrityError: somebody wrote without the lock, and the next snapshot shows it.
    errors.UniqueViolation,
)


class Line(Struct, eq=False):
    """A message on its way into the database, and who wants to know what became of it."""

    conversation: int
    id: object
    author: str
    author_id: int
    body: str
    done: Callable
    since: float = field(default_factory=monotonic)


class Verdict(Struct):
    """ok, repeat, taken, ended, not_yours, unknown, invalid or busy; the first two with position and time."""

    verdict: str
    position: int | None = None
    at: object = None
    visitor: int | None = None
    agent: int | None = None


class Writer:
    """The one writer of a process. `deliver` gets each batch of (line, verdict) that is new in the database."""

    def __init__(self, deliver):
        self._deliver = deliver
        self._queue = deque()
        self._arrived = asyncio.Event()
        self._stopping = False
        self._connection = None
        self._task = asyncio.create_task(self._run())

    def write(self, line):
        """Takes the line. Its `done` is called with the verdict, after the commit; full means busy at once."""
        if len(self._queue) >= LONGEST_QUEUE or self._stopping:
            line.done(line, Verdict("busy"))
            return
        self._queue.append(line)
        self._arrived.set()

    async def stop(self):
        """Writes what it holds, then ends."""
        self._stopping = True
        self._arrived.set()
        await self._task

    async def _run(self):
        while self._queue or not self._stopping:
            if not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
            try:
                busy = await self._write(batch)
            except Exception:
                logger.exception("A batch of %d messages could not be written", len(batch))
                self._answer((line, Verdict("busy")) for line in batch)
                continue
            # To the front, in order: at the end they would overtake one another.
            self._queue.extendleft(reversed(busy))
            if len(busy) == len(batch):
                await asyncio.sleep(random.uniform(0.001, 0.01))  # noqa: S311
        if self._connection:
            await self._connection.close()

    async def _write(self, batch):
        """Writes the batch and answers it; returns the lines whose conversation somebody else holds."""
        try:
            verdicts = await self._call(batch)
        except (psycopg.DataError, psycopg.IntegrityError, UnicodeError) as error:
            if len(batch) == 1:
                logger.warning("A message for conversation %d was refused: %s", batch[0].conversation, error)
                self._answer([(batch[0], Verdict("invalid"))])
                return []
            # One of them is poison: halves, in order, find it without hurting the others.
            middle = len(batch) // 2
            first = await self._write(batch[:middle])
            held = {line.conversation for line in first}
            second = [line for line in batch[middle:] if line.conversation not in held]
            waiting = first + [line for line in batch[middle:] if line.conversation in held]
            return waiting + (await self._write(second) if second else [])
        answered, busy = [], []
        for line, verdict in zip(batch, verdicts, strict=True):
            is_early = verdict.verdict == "busy" and monotonic() - line.since < BUSY_SECONDS
            busy.append(line) if is_early else answered.append((line, verdict))
        self._answer(answered)
        return busy

    def _answer(self, answered):
        answered = list(answered)
        self._deliver([pair for pair in answered if pair[1].verdict == "ok"])
        for line, verdict in answered:
            line.done(line, verdict)

    async def _call(self, batch):
        columns = zip(
            *((line.conversation, line.id, line.author, line.author_id, line.body) for line in batch),
            strict=True,
        )
        parameters = [list(column) for column in columns]
        tries = 0
        while True:
            try:
                connection = await self._connect()
                cursor = await connection.execute(CALL, parameters, binary=True)
                return [Verdict(*row) for row in await cursor.fetchall()]
            except TRY_AGAIN:
                tries += 1
                if tries == TRIES:
                    raise
                await asyncio.sleep(random.uniform(0, 0.05))  # noqa: S311
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                # The same ids go in again: what the lost connection did commit answers as a repeat.
                if self._stopping or monotonic() - batch[0].since > 2 * BUSY_SECONDS:
                    raise
                logger.warning("The writer lost its connection and opens another: %s", error)
                await self._drop_connection()
                await asyncio.sleep(random.uniform(0.01, 0.5))  # noqa: S311

    async def _connect(self):
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = await psycopg.AsyncConnection.connect(**connection_parameters())
        return self._connection

    async def _drop_connection(self):
        if self._connection:
            with suppress(psycopg.Error):
                await self._connection.close()
        self._connection = None
