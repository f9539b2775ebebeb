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
# The same for a database that is away. A server that stops waits for neither.
AWAY_SECONDS = 10
STOPPING_SECONDS = 1
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
    # Where it came from, if that hears of it by `done` alone.
    socket: object = None
    since: float = field(default_factory=monotonic)


class Verdict(Struct):
    """ok, repeat, taken, ended, not_yours, unknown, invalid or busy; the first two with position and time."""

    verdict: str
    position: int | None = None
    at: object = None
    visitor: int | None = None
    agent: int | None = None


class Writer:
    """The one writer of a process. `deliver` gets each line that is new in the database, with its verdict."""

    def __init__(self, deliver):
        self._deliver = deliver
        self._queue = deque()
        # Those whose conversation somebody else holds. They go first, or later ones would overtake them, and
        # beside the batch, so that however many they are, the others have their room in it.
        self._held = []
        self._arrived = asyncio.Event()
        self._stopping = False
        self._connection = None
        self._task = asyncio.create_task(self._run())

    def write(self, line):
        """Takes the line. Its `done` is called with the verdict, after the commit; full means busy at once."""
        if len(self._queue) + len(self._held) >= LONGEST_QUEUE or self._stopping:
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
        while self._queue or self._held or not self._stopping:
            if not self._queue and not self._held:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            new = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
            batch = self._held + new
            self._held = await self._write(batch)
            if len(self._held) == len(batch):
                await asyncio.sleep(random.uniform(0.001, 0.01))  # noqa: S311
        await self._drop_connection()

    async def _write(self, batch):
        """Writes the batch and answers it; returns the lines whose conversation somebody else holds."""
        try:
            verdicts = await self._call(batch)
        except (psycopg.DataError, psycopg.IntegrityError, UnicodeError) as error:
            if len(batch) > 1:
                return await self._write_halves(batch)
            logger.warning("A message for conversation %d was refused: %s", batch[0].conversation, error)
            verdicts = [Verdict("invalid")]
        except Exception:
            logger.exception("%d messages could not be written, and are given back", len(batch))
            await self._drop_connection()
            self._answer([(line, Verdict("busy")) for line in batch])
            return []
        now, patience = monotonic(), STOPPING_SECONDS if self._stopping else BUSY_SECONDS
        judged = list(zip(batch, verdicts, strict=True))
        busy = [line for line, verdict in judged if verdict.verdict == "busy"]
        # All of a conversation's at once: alone, the later ones would overtake those that were given back.
        given_back = {line.conversation for line in busy if now - line.since > patience}
        held = [line for line in busy if line.conversation not in given_back]
        waiting = {line.conversation for line in held}
        self._answer([pair for pair in judged if pair[0].conversation not in waiting])
        return held

    async def _write_halves(self, batch):
        """One of them is poison: halves, in order, find it without hurting the others."""
        middle = len(batch) // 2
        held = await self._write(batch[:middle])
        behind = {line.conversation for line in held}
        held += [line for line in batch[middle:] if line.conversation in behind]
        free = [line for line in batch[middle:] if line.conversation not in behind]
        return held + (await self._write(free) if free else [])

    def _answer(self, answered):
        # In turn, so that nobody hears of a position before the one below it.
        for line, verdict in answered:
            if verdict.verdict == "ok":
                _tell(self._deliver, line, verdict)
            _tell(line.done, line, verdict)

    async def _call(self, batch):
        fields = ((line.conversation, line.id, line.author, line.author_id, line.body) for line in batch)
        parameters = [list(column) for column in zip(*fields, strict=True)]
        began, tries = monotonic(), 0
        while True:
            try:
                connection = await self._connect()
                cursor = await connection.execute(CALL, parameters, binary=True)
                return [Verdict(*row) for row in await cursor.fetchall()]
            except TRY_AGAIN as error:
                tries += 1
                if tries == TRIES:
                    raise
                logger.warning("The writer writes a batch again: %r", error)
                await asyncio.sleep(random.uniform(0, 0.05))  # noqa: S311
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                # The same ids go in again: what the lost connection did commit answers as a repeat.
                if monotonic() - began > (STOPPING_SECONDS if self._stopping else AWAY_SECONDS):
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


def _tell(hear, *news):
    """Whoever hears the news and fails must not keep it from the others."""
    try:
        hear(*news)
    except Exception:
        logger.exception("A message is written, and %s failed on hearing it", hear)
