"""What one process tells the others, over one Redis channel. What is lost on the way, the beat heals."""

import asyncio
import logging
import os
import random
import secrets
from functools import cache
from time import monotonic

import msgspec
import redis
from django.conf import settings
from django.utils.crypto import salted_hmac
from msgspec import Struct
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

# A line on which nothing came for this long is asked whether it lives, and given up after as long again.
PATIENCE_SECONDS = 5
# A request must not wait for a Redis that is away, once for each thing it has to tell.
SILENT_SECONDS = 1


class News(Struct):
    by: str
    news: list[tuple[list[str], str]]


_decoder = msgspec.json.Decoder(News)


def channel():
    """Named by the secret key: a Redis server has its channels in common for all its databases."""
    return "parley:news:" + salted_hmac("parley.news", "").hexdigest()[:16]


# From sync code

_silent_until = 0


def publish(news):
    """Tells every process. Raises nothing of Redis."""
    global _silent_until
    if monotonic() < _silent_until:
        return
    try:
        _redis().publish(channel(), msgspec.json.encode(News("", news)))
    except redis.RedisError as error:
        _silent_until = monotonic() + SILENT_SECONDS
        logger.warning("News was not announced, the beat will bring it: %s", error)


@cache
def _redis():
    # Its one retry is for a connection that Redis has closed since. One that hangs is not asked twice, and not for
    # long: the clock tells news too, and what is due next waits for it.
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=0.4,
        socket_connect_timeout=0.4,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )


# From an event loop


class Relay:
    """Tells the other processes, and calls `hear` with what they tell, `missed` when some of it may be lost."""

    def __init__(self, *, hear, missed):
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._hear, self._missed = hear, missed
        self._news = []
        self._has_news = asyncio.Event()
        self._stopping = False
        self._publishing = asyncio.create_task(again_and_again(self._publish))
        self._subscribing = asyncio.create_task(again_and_again(self._subscribe))

    def tell(self, topics, frame):
        self._news.append((topics, frame))
        self._has_news.set()

    async def stop(self):
        """Sends what it has, then ends."""
        self._stopping = True
        self._has_news.set()
        await asyncio.wait([self._publishing], timeout=1)
        for task in (self._publishing, self._subscribing):
            task.cancel()
        await asyncio.gather(self._publishing, self._subscribing, return_exceptions=True)

    async def _publish(self):
        """Sends what has gathered, in one Redis message at a time."""
        async with _line() as line:
            while self._news or not self._stopping:
                if not self._news:
                    self._has_news.clear()
                    await self._has_news.wait()
                    continue
                news, self._news = self._news, []
                await line.publish(channel(), msgspec.json.encode(News(self._name, news)))

    async def _subscribe(self):
        is_asked = False
        async with _line() as line, line.pubsub() as pubsub:
            await pubsub.subscribe(channel())
            while True:
                heard = await pubsub.get_message(timeout=PATIENCE_SECONDS)
                if heard is None and is_asked:
                    raise redis.TimeoutError("Redis does not answer any more")
                is_asked = heard is None
                if is_asked:
                    await pubsub.ping()
                elif heard["type"] == "subscribe":
                    self._missed()
                elif heard["type"] == "message":
                    self._take(heard["data"])

    def _take(self, data):
        try:
            heard = _decoder.decode(data)
        except msgspec.DecodeError as error:
            logger.warning(
                "Another version of Parley tells news that this one does not understand: %s", error
            )
            return
        if heard.by != self._name:
            for topics, frame in heard.news:
                self._hear(topics, frame)


def _line():
    # Without the client's own retries: it would subscribe anew, and nobody would know that news was lost.
    return AsyncRedis.from_url(
        settings.REDIS_URL,
        client_name="parley-live",
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=AsyncRetry(NoBackoff(), 0),
    )


async def again_and_again(work):
    """Does the work until it returns. Whatever it raises, it is begun again: nobody else would notice."""
    while True:
        try:
            return await work()
        except (redis.RedisError, OSError) as error:
            logger.warning("The line to Redis broke, opening another: %s", error)
        except Exception:
            logger.exception("%s failed, and begins again", work.__qualname__)
        await asyncio.sleep(random.uniform(0.1, 0.5))  # noqa: S311
