"""Deadlines are columns; this looks for rows whose time has come, and sees to it that something is done.

Each due row becomes one RQ job. Nothing is armed or cancelled, so nothing can be forgotten: a row that is still due
a second later is dealt with here, whatever Redis or a worker says. The jobs read the database's clock after the lock
and may run twice, so none of them can come too early.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import redis
from django.conf import settings
from rq import Queue
from rq.exceptions import DuplicateJobError

from dialogues.jobs import end_if_idle, request_live_chat
from dialogues.models import Conversation
from notifications.jobs import send_failed_action
from notifications.models import FailedAction
from routing.jobs import expire_offer
from routing.models import Offer

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.5
PATIENCE_SECONDS = 0.95
# A row left due by a lost job gets another one after this; the clock never waits for a mail server itself.
ENQUEUE_AGAIN_SECONDS = 30
MOST_AT_ONCE = 1000
BEAT = "parley:clock"
BEAT_LASTS_SECONDS = 5


@dataclass(frozen=True)
class Kind:
    """A sort of row that can be due: where to find (key, deadline), and the job that deals with one."""

    job: Callable
    rows: Callable
    queue: str = "deadlines"


KINDS = [
    Kind(expire_offer, lambda: Offer.objects.overdue().values_list("live_chat", "expires_at")),
    Kind(end_if_idle, lambda: Conversation.objects.to_look_at().values_list("pk", "look_at")),
    Kind(
        request_live_chat, lambda: Conversation.objects.waiting_for_request().values_list("pk", "started_at")
    ),
    Kind(
        send_failed_action,
        lambda: FailedAction.objects.due().values_list("pk", "next_try_at"),
        queue="default",
    ),
]


class Lookout:
    """Remembers which due rows have a job already, and since when."""

    def __init__(self):
        self._redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.4, socket_connect_timeout=0.4)
        self._enqueued = {}

    def look(self):
        """One look at everything that can be due. Raises nothing of Redis: without it, the clock works alone."""
        is_redis_there = self._beat()
        due = {}
        for kind in KINDS:
            for key, deadline in kind.rows()[:MOST_AT_ONCE]:
                name = f"{kind.job.__name__}-{key}-{int(deadline.timestamp() * 1_000_000)}"
                due[name] = since = self._enqueued.get(name, monotonic())
                if name not in self._enqueued:
                    is_redis_there = is_redis_there and self._enqueue(kind, key, name)
                elif kind.queue == "deadlines" and monotonic() - since > PATIENCE_SECONDS:
                    self._do_it_here(kind, key)
                elif kind.queue != "deadlines" and monotonic() - since > ENQUEUE_AGAIN_SECONDS:
                    due[name] = monotonic()
                    is_redis_there = is_redis_there and self._enqueue(kind, key, name)
        self._enqueued = due

    def _beat(self):
        try:
            self._redis.set(BEAT, "beats", ex=BEAT_LASTS_SECONDS)
        except redis.RedisError as error:
            logger.warning("Redis is away (%s): the clock does what is due by itself", error)
            return False
        return True

    def _enqueue(self, kind, key, name):
        try:
            Queue(kind.queue, connection=self._redis).enqueue(
                kind.job,
                key,
                job_id=name,
                unique=True,
                job_timeout=settings.RQ_QUEUES[kind.queue]["DEFAULT_TIMEOUT"],
                result_ttl=0,
                failure_ttl=BEAT_LASTS_SECONDS,
            )
        except DuplicateJobError:
            pass  # another clock was faster
        except redis.RedisError as error:
            logger.warning("No job for %s: %s", name, error)
            return False
        return True

    def _do_it_here(self, kind, key):
        logger.warning("%s %s is still due: its job did not come, the clock does it", kind.job.__name__, key)
        try:
            kind.job(key)
        except Exception:
            logger.exception("%s %s failed, and is tried again", kind.job.__name__, key)
