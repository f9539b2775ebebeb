"""Who is connected here, and how news reaches them.

News may be lost, doubled or shuffled without harm: positions and the beat heal it. Sockets of this process are
served first; other processes hear of it over one Redis channel.
"""

import asyncio
from collections import defaultdict
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection, transaction

from dialogues.live import relay
from dialogues.live.beat import beat_all
from dialogues.live.frames import encode, message_frame
from dialogues.live.limit import Limit
from dialogues.live.presence import Presence
from dialogues.live.reader import Reader
from dialogues.live.writer import Writer

# The one door for sync code


def announce(*, visitor=None, agent=None, pane=None, message=None):
    """Tells the open pages of a visitor and of an agent, after the commit, that a pane changed or what was posted.

    Never raises: who misses it hears it from the beat.
    """
    recipients = [("visitor", visitor), ("agent", agent)]
    recipients = [(kind, key) for kind, key in recipients if key]
    if recipients:
        transaction.on_commit(lambda: _publish(recipients, pane, message), robust=True)


def _publish(recipients, pane, message):
    relay.publish([([f"{kind}:{key}"], _frame(kind, key, pane, message)) for kind, key in recipients])


def _frame(kind, key, pane, message):
    if message:
        return message_frame(
            message.conversation_id,
            message.position,
            message.client_id,
            message.author,
            message.body,
            message.created_at,
            html=message.html,
        )
    return encode(type="pane", pane=pane, revision=revision(kind, key))


def revision(kind, key):
    """What the panes of this visitor or agent show now, folded into a few letters."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {kind}_revision(%s)", [key])
        return cursor.fetchone()[0]


# The hub of an event loop

_hubs = WeakKeyDictionary()


def here():
    """The hub of this event loop, started on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


async def stop_here():
    """Stops the hub of this event loop, if it has one."""
    if hub := _hubs.get(asyncio.get_running_loop()):
        await hub.stop()


class Hub:
    def __init__(self):
        self.sockets = defaultdict(set)
        self.writer = Writer(self._deliver_written)
        self.reader = Reader()
        self.presence = Presence(self)
        self.limit = Limit(most=settings.MESSAGES_PER_VISITOR, seconds=settings.MESSAGES_PER_VISITOR_SECONDS)
        self._relay = relay.Relay(hear=self.deliver, missed=self._beat_soon)
        self._beating = asyncio.create_task(relay.again_and_again(self._beat))

    def join(self, socket):
        self.sockets[socket.topic].add(socket)
        self.presence.note([socket])

    def leave(self, socket):
        here = self.sockets[socket.topic]
        here.discard(socket)
        if not here:
            del self.sockets[socket.topic]
            self.presence.note([socket])

    def everyone(self):
        return [socket for sockets in self.sockets.values() for socket in sockets]

    def deliver(self, topics, frame, *, beside=None):
        """To the sockets of these topics in this process, but not to the one that this stands beside."""
        for topic in topics:
            # A socket that is cut off for reading too slowly leaves while we go through them.
            for socket in tuple(self.sockets.get(topic, ())):
                if socket is not beside:
                    socket.send(frame)

    def tell(self, topics, frame, *, beside=None):
        """To these topics in every process."""
        self.deliver(topics, frame, beside=beside)
        self._relay.tell(topics, frame)

    async def stop(self):
        """Writes what was taken in and tells of it, then lets go of everything."""
        await self.writer.stop()
        await self._relay.stop()
        self._beating.cancel()
        await asyncio.gather(self._beating, return_exceptions=True)
        await self.presence.stop()
        await self.reader.stop()
        _hubs.pop(asyncio.get_running_loop(), None)

    # Inside

    def _deliver_written(self, line, verdict):
        frame = message_frame(
            line.conversation, verdict.position, line.id, line.author, line.body, verdict.at
        )
        topics = [f"visitor:{verdict.visitor}"]
        if verdict.agent:
            topics.append(f"agent:{verdict.agent}")
        self.tell(topics, frame, beside=line.socket)

    def _beat_soon(self):
        for socket in self.everyone():
            socket.beat_at = 0

    async def _beat(self):
        while True:
            await asyncio.sleep(1)
            await beat_all(self)
