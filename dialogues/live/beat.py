"""Every 15 s each socket hears how far its conversations are and what its panes show; who is behind reads."""

import asyncio
import logging
from time import monotonic

import psycopg
from psycopg_pool import PoolTimeout

from dialogues.live.frames import encode

logger = logging.getLogger(__name__)

BEAT_SECONDS = 15


async def beat_forever(hub):
    """Looks each second whose beat is due, and asks the database once for all of them."""
    while True:
        await asyncio.sleep(1)
        due = [socket for socket in hub.everyone() if socket.beat_at <= monotonic()]
        for socket in due:
            socket.beat_at = monotonic() + BEAT_SECONDS
        try:
            await _beat_visitors(hub, [socket for socket in due if socket.kind == "visitor"])
            await _beat_agents(hub, [socket for socket in due if socket.kind == "agent"])
        except (psycopg.Error, PoolTimeout) as error:
            # Without a beat the pages open another socket, and find out there.
            logger.warning("No beat for %d sockets: %s", len(due), error)


async def _beat_visitors(hub, sockets):
    if not sockets:
        return
    rows = await hub.reader.visitors(list({socket.person for socket in sockets}))
    known = {row[0]: row for row in rows}
    for socket in sockets:
        _, conversation, length, revision, _ = known[socket.person]
        lengths = {conversation: length} if conversation else {}
        socket.send(encode(type="beat", conversations=lengths, revision=revision))


async def _beat_agents(hub, sockets):
    if not sockets:
        return
    rows = await hub.reader.agents(
        [socket.person for socket in sockets], [socket.session for socket in sockets]
    )
    for socket, (_, revision, lengths, is_signed_in, is_permitted) in zip(sockets, rows, strict=True):
        if not is_signed_in:
            socket.dismiss("signed_out", "You are signed out.")
        elif not is_permitted:
            socket.dismiss("no_permission", "You may not answer visitors any more.")
        else:
            socket.send(encode(type="beat", conversations=lengths, revision=revision))
