"""Who is connected here, and how news reaches them.

News may be lost, doubled or shuffled without harm: positions and the beat heal it. Sockets of this process are
served first; other processes hear of it over one Redis channel.
"""

import asyncio
import logging
import os
import secrets
from collections import defaultdict, deque
from contextlib import suppress
from functools import cache
from time import monotonic
from weakref import WeakKeyDictionary

import msgspec
import redis
import redis.asyncio
from django.conf import settings
from django.db import connection, transaction

from dialogues.live.beat import beat_forever
from dialogues.live.frames import encode, message_frame
from dialogues.live.reader import Reader
from dialogues.live.writer import Writer

logger = logging.getLogger(__name__)

CHANNEL = "parley:news"


# The one door for sync code


def announce(*, visitor=None, agent=None, pane=None, message=None):
    """Tells the open pages of a visitor and of an agent, after the commit, that a pane changed or what was posted.

    Never raises: who misses it hears it from the beat.
    """
    recipients = [("visitor", visitor), ("agent", agent)]
    recipients = [(kind, key) for kind, key in recipients if key]
    if recipients:
        transaction.on_commit(lambda: _publish_now(recipients, pane, message), robust=True)


def _publish_now(recipients, pane, message):
    try:
        news = [[[f"{kind}:{key}"], _frame(kind, key, pane, message)] for kind, key in recipients]
        _redis().publish(CHANNEL, msgspec.json.encode({"by": "", "news": news}))
    except redis.RedisError as error:
        logger.warning("News was not announced, the beat will bring it: %s", error)


def _frame(kind, key, pane, message):
    if message:
        return message_frame(
            message.conversation_id,
            message.position,
            message.client_id,
            message.author,
            message.body,
            message.created_at,
        )
    return encode(type="pane", pane=pane, revision=revision(kind, key))


def revision(kind, key):
    """What the panes of this visitor or agent show now, folded into a few letters."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {kind}_revision(%s)", [key])
        return cursor.fetchone()[0]


@cache
def _redis():
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


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
        self.name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.sockets = defaultdict(set)
        self.writer = Writer(self._deliver_batch)
        self.reader = Reader()
        self._sent = defaultdict(deque)
        self._outgoing = deque()
        self._has_outgoing = asyncio.Event()
        self._tasks = [
            asyncio.create_task(work) for work in (self._publish(), self._subscribe(), beat_forever(self))
        ]

    def join(self, socket):
        self.sockets[socket.topic].add(socket)

    def leave(self, socket):
        here = self.sockets[socket.topic]
        here.discard(socket)
        if not here:
            del self.sockets[socket.topic]
            self._sent.pop(socket.topic, None)

    def everyone(self):
        return [socket for sockets in self.sockets.values() for socket in sockets]

    def deliver(self, topics, frame):
        """To the sockets of these topics in this process."""
        for topic in topics:
            for socket in self.sockets.get(topic, ()):
                socket.send(frame)

    def tell(self, topics, frame):
        """To these topics in every process."""
        self.deliver(topics, frame)
        self._outgoing.append((topics, frame))
        self._has_outgoing.set()

    def wait_before_writing(self, topic):
        """Milliseconds until this visitor may send another message; 0 counts this one as sent."""
        sent, now = self._sent[topic], monotonic()
        while sent and now - sent[0] > settings.MESSAGES_PER_VISITOR_SECONDS:
            sent.popleft()
        if len(sent) < settings.MESSAGES_PER_VISITOR:
            sent.append(now)
            return 0
        return int((sent[0] + settings.MESSAGES_PER_VISITOR_SECONDS - now) * 1000) + 1

    async def stop(self):
        """Writes what was taken in, then lets go of everything."""
        await self.writer.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.reader.stop()
        _hubs.pop(asyncio.get_running_loop(), None)

    # Inside

    def _deliver_batch(self, written):
        for line, verdict in written:
            frame = message_frame(
                line.conversation, verdict.position, line.id, line.author, line.body, verdict.at
            )
            topics = [f"visitor:{verdict.visitor}"]
            if verdict.agent:
                topics.append(f"agent:{verdict.agent}")
            self.tell(topics, frame)

    async def _publish(self):
        """Sends what has gathered to the other processes, in one Redis message at a time."""
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2)
        while True:
            await self._has_outgoing.wait()
            self._has_outgoing.clear()
            news, self._outgoing = list(self._outgoing), deque()
            try:
                await client.publish(CHANNEL, msgspec.json.encode({"by": self.name, "news": news}))
            except (redis.RedisError, OSError) as error:
                logger.warning("%d news did not reach other processes: %s", len(news), error)

    async def _subscribe(self):
        """Hears the other processes; after a break everyone here gets a beat, for news was lost."""
        while True:
            try:
                client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2)
                async with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    for socket in self.everyone():
                        socket.beat_at = 0
                    async for published in pubsub.listen():
                        self._hear(published["data"])
            except (redis.RedisError, OSError) as error:
                logger.warning("Lost the line to Redis, trying again: %s", error)
                await asyncio.sleep(0.5)

    def _hear(self, data):
        with suppress(msgspec.DecodeError):
            heard = msgspec.json.decode(data)
            if heard["by"] != self.name:
                for topics, frame in heard["news"]:
                    self.deliver(topics, frame)
