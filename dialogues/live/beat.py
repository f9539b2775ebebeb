"""Every 15 s each socket hears how far its conversations are and what its panes show; who is behind reads."""

import logging
from time import monotonic

import psycopg
from django.conf import settings

from dialogues.live.frames import encode

logger = logging.getLogger(__name__)


async def beat_all(hub):
    """Asks the database once for everyone whose beat is due, and lets it know that they are here."""
    due = [socket for socket in hub.everyone() if socket.beat_at <= monotonic()]
    hub.presence.note(due)
    try:
        await _beat_visitors(hub, [socket for socket in due if socket.kind == "visitor"])
        await _beat_agents(hub, [socket for socket in due if socket.kind == "agent"])
    except psycopg.Error as error:
        # They stay due. Two beats later their pages open other sockets, and wait there.
        logger.warning("No beat for %d sockets yet: %s", len(due), error)


async def _beat_visitors(hub, sockets):
    if not sockets:
        return
    rows = await hub.reader.visitors(list({socket.person for socket in sockets}))
    known = {row[0]: row for row in rows}
    for socket in sockets:
        _, conversation, length, revision = known[socket.person]
        _beat(socket, {conversation: length} if conversation else {}, revision)


async def _beat_agents(hub, sockets):
    if not sockets:
        return
    rows = await hub.reader.agents([(socket.user.pk, socket.session) for socket in sockets])
    for socket, agent in zip(sockets, rows, strict=True):
        if not agent.is_signed_in or agent.password != socket.user.password:
            socket.dismiss("signed_out", "You are signed out.")
        elif not agent.is_permitted:
            socket.dismiss("no_permission", "You may not answer visitors any more.")
        else:
            _beat(socket, agent.lengths, agent.revision)


def _beat(socket, lengths, revision):
    socket.beat_at = monotonic() + settings.BEAT_SECONDS
    socket.send(encode(type="beat", conversations=lengths, revision=revision))
