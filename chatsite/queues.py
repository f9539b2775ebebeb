"""The clock's line to Redis, which may be away or hang: the clock goes on without it."""

import logging
from time import monotonic, time

import redis
from django.conf import settings
from rq import Queue
from rq.exceptions import DuplicateJobError

logger = logging.getLogger(__name__)

BEAT = "parley:clock"
BEAT_LASTS_SECONDS = 5
# A Redis that hangs would take this from every look, so after that it is left alone for a while.
ANSWERS_WITHIN_SECONDS = 0.4
LEFT_ALONE_SECONDS = 2
# Whoever looks into a failed job finds it in the log; its name is soon needed again.
FAILURES_LAST_SECONDS = 5
CHECK_ASKED_FOR = "parley:check"
# A clock that asks a moment sooner than a minute ago is not too soon.
CLOCKS_DIFFER_MS = 500


class Queues:
    def __init__(self):
        self._redis = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=ANSWERS_WITHIN_SECONDS,
            socket_connect_timeout=ANSWERS_WITHIN_SECONDS,
        )
        self._is_away = False
        self._try_again_at = 0
        self._check_at = 0

    def beat(self):
        """Lets /health/ready know that a clock runs."""
        self._ask(lambda: self._redis.set(BEAT, time(), ex=BEAT_LASTS_SECONDS))

    def enqueue(self, queue, job, key, *, job_id):
        """Whether somebody will do the job, as far as Redis can tell."""
        return self._ask(
            lambda: Queue(queue, connection=self._redis).enqueue(
                job,
                key,
                job_id=job_id,
                unique=True,
                job_timeout=settings.RQ_QUEUES[queue]["DEFAULT_TIMEOUT"],
                result_ttl=0,
                failure_ttl=FAILURES_LAST_SECONDS,
            )
        )

    def have_checked(self):
        """Has all invariants checked once in so many seconds, however many clocks ask for it."""
        every = settings.SELF_CHECK_SECONDS
        if not every or monotonic() < self._check_at:
            return
        if self._ask(self._enqueue_check):
            self._check_at = monotonic() + every

    def _enqueue_check(self):
        every = settings.SELF_CHECK_SECONDS
        if self._redis.set(CHECK_ASKED_FOR, 1, nx=True, px=every * 1000 - CLOCKS_DIFFER_MS):
            # One that nobody has begun by then is dropped: the next says the same, and they must not pile up.
            Queue("default", connection=self._redis).enqueue(
                "chatsite.jobs.check_invariants",
                ttl=every,
                job_timeout=settings.RQ_QUEUES["default"]["DEFAULT_TIMEOUT"],
                result_ttl=0,
                failure_ttl=FAILURES_LAST_SECONDS,
            )

    def _ask(self, question):
        if monotonic() < self._try_again_at:
            return False
        try:
            question()
        except DuplicateJobError:
            pass  # another clock was faster
        except redis.RedisError as error:
            if not self._is_away:
                logger.warning("Redis is away (%s): the clock does what is due by itself", error)
            self._is_away = True
            self._try_again_at = monotonic() + LEFT_ALONE_SECONDS
            return False
        if self._is_away:
            logger.warning("Redis is back")
        self._is_away = False
        return True
