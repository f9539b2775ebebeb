"""Who is here, in rows that routing and the agents' pages go by.

Each beat of a socket makes its person's row good for the time until the next, and for a grace after it. Who has no
socket left in this process keeps the grace, unless a beat in another process moves the row on. So a person who goes
is gone after 30 s, one whose process was killed after 45 s at most, and a lost line of a few seconds changes nothing.
"""

import asyncio
import logging
from contextlib import suppress

import psycopg
from django.conf import settings

from dialogues.live.frames import encode
from dialogues.live.relay import again_and_again

logger = logging.getLogger(__name__)

GRACE_SECONDS = 30
# Many come and go at once when a process starts or a site is busy: they are written together.
GATHER_SECONDS = 0.2
TRY_AGAIN_SECONDS = 1
# What an agent sees of it.
PANES = ("conversation", "list")

# In key order, since other processes write some of the same rows. Who is deleted meanwhile is left out. The last part
# still sees the rows as they were before: it finds the agents whose visitor was not here.
WRITE = """
WITH agents AS (
  INSERT INTO routing_agentpresence (agent_id, until)
  SELECT a.id, (SELECT parley_now()) + make_interval(secs => x.seconds)
  FROM unnest(%(agents)s::bigint[], %(agents_seconds)s::int[]) x(id, seconds) JOIN routing_agent a USING (id)
  ORDER BY a.id
  ON CONFLICT (agent_id) DO UPDATE SET until = excluded.until),
visitors AS (
  INSERT INTO dialogues_visitorpresence (visitor_id, until)
  SELECT v.id, (SELECT parley_now()) + make_interval(secs => x.seconds)
  FROM unnest(%(visitors)s::bigint[], %(visitors_seconds)s::int[]) x(id, seconds) JOIN dialogues_visitor v USING (id)
  ORDER BY v.id
  ON CONFLICT (visitor_id) DO UPDATE SET until = excluded.until
  RETURNING visitor_id)
SELECT DISTINCT c.live_agent_id FROM visitors v
JOIN dialogues_conversation c ON c.visitor_id = v.visitor_id AND c.ended_at IS NULL
WHERE c.live_agent_id IS NOT NULL AND NOT EXISTS (
  SELECT FROM dialogues_visitorpresence p WHERE p.visitor_id = v.visitor_id AND p.until > (SELECT parley_now()))
"""
REVISIONS = "SELECT a, agent_revision(a) FROM unnest(%s::bigint[]) a"


class Presence:
    """Writes down who is here, one statement for all. What is lost of it comes with the next beat."""

    def __init__(self, hub):
        self._hub = hub
        self._due = set()
        self._is_due = asyncio.Event()
        self._is_away = False
        self._writing = asyncio.create_task(again_and_again(self._write_for_ever))

    def note(self, sockets):
        """These have just come, had their beat, or were the last of their person here."""
        if sockets:
            self._due.update((socket.topic, socket.kind, socket.person) for socket in sockets)
            self._is_due.set()

    async def stop(self):
        """Writes down who has just left, if there is a database to do so."""
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        with suppress(psycopg.Error, TimeoutError):
            await asyncio.wait_for(self._write(), timeout=1)

    async def _write_for_ever(self):
        while True:
            await self._is_due.wait()
            try:
                agents = await self._write()
                await self._tell(agents)
            except psycopg.Error as error:
                if not self._is_away:
                    logger.warning("Who is here cannot be written down now, but will be: %s", error)
                self._is_away = True
                await asyncio.sleep(TRY_AGAIN_SECONDS)
            else:
                self._is_away = False
                await asyncio.sleep(GATHER_SECONDS)

    async def _write(self):
        """Returns the agents whose visitor has come back."""
        due, self._due = self._due, set()
        self._is_due.clear()
        try:
            rows = await self._hub.reader.rows(WRITE, self._of("agent", due) | self._of("visitor", due))
        except BaseException:
            self._due |= due
            self._is_due.set()
            raise
        return [agent for (agent,) in rows]

    def _of(self, kind, due):
        """How long each of these people is here for now, as the parameters of the statement."""
        seconds = {person: self._seconds(topic) for topic, of, person in due if of == kind}
        return {f"{kind}s": list(seconds), f"{kind}s_seconds": list(seconds.values())}

    def _seconds(self, topic):
        return GRACE_SECONDS + (settings.BEAT_SECONDS if topic in self._hub.sockets else 0)

    async def _tell(self, agents):
        if not agents:
            return
        for agent, revision in await self._hub.reader.rows(REVISIONS, [agents]):
            for pane in PANES:
                self._hub.tell([f"agent:{agent}"], encode(type="pane", pane=pane, revision=revision))
