"""Deadlines are columns; this looks for rows whose time has come, and sees to it that something is done.

Each due row becomes one RQ job. Nothing is armed or cancelled, so nothing can be forgotten: a row that is still due
a second later is dealt with here, whatever Redis or a worker says. The jobs read the database's clock after the lock
and may run twice, so none of them can come too early.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from django.db import DatabaseError, close_old_connections, connection
from django.db.models import QuerySet

from chatsite.queues import Queues
from dialogues.jobs import (
    end_agent_presence,
    end_if_idle,
    end_visitor_presence,
    publish_stream,
    request_live_chat,
)
from dialogues.models import Conversation, Stream, VisitorPresence
from notifications.jobs import send_failed_action, send_password_link
from notifications.models import FailedAction, PasswordLink
from routing.jobs import expire_offer, hand_back, settle_agent
from routing.models import Agent, AgentPresence, LiveChat, Offer

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.5
PATIENCE_SECONDS = 0.95
# The clock never waits for a mail server: a row of queue `default` that is still due gets another job.
ENQUEUE_AGAIN_SECONDS = 30
# The oldest of each kind are worked off first; the others wait in the database, where they cost nothing.
AT_ONCE = 100
# What the clock does itself may not keep it from looking: what is left is still due at the next look.
WORK_SECONDS = 0.4
LONGEST_REST_SECONDS = 60


@dataclass(frozen=True)
class Kind:
    """A sort of row that can be due, and the job that deals with one; in order of urgency."""

    job: Callable
    due: Callable[[], QuerySet]
    deadline: str
    key: str = "pk"
    queue: str = "deadlines"

    def rows(self, besides):
        """Pairs of key and deadline, the oldest first."""
        rows = self.due().exclude(**{f"{self.key}__in": besides}).order_by(self.deadline, "pk")
        return rows.values_list(self.key, self.deadline)[:AT_ONCE]


KINDS = [
    Kind(expire_offer, lambda: Offer.objects.overdue(), deadline="expires_at", key="live_chat"),
    Kind(hand_back, lambda: LiveChat.objects.forsaken(), deadline="accepted_at"),
    Kind(request_live_chat, lambda: Conversation.objects.waiting_for_request(), deadline="started_at"),
    Kind(end_if_idle, lambda: Conversation.objects.to_look_at(), deadline="look_at"),
    Kind(end_visitor_presence, lambda: VisitorPresence.objects.over(), deadline="until"),
    Kind(end_agent_presence, lambda: AgentPresence.objects.over(), deadline="until"),
    Kind(settle_agent, lambda: Agent.objects.to_settle(), deadline="settle_at"),
    Kind(publish_stream, lambda: Stream.objects.to_publish(), deadline="publish_at"),
    Kind(send_failed_action, lambda: FailedAction.objects.due(), deadline="next_try_at", queue="default"),
    Kind(send_password_link, lambda: PasswordLink.objects.due(), deadline="next_try_at", queue="default"),
]


class Lookout:
    """Remembers which due rows have a job, and until when it is waited for."""

    def __init__(self):
        self._queues = Queues()
        self._wait_until = {}
        self._rests = {}

    def look(self):
        """One look at everything that can be due. Raises a DatabaseError only when the database is away."""
        close_old_connections()
        self._forget_old_rests()
        stop_working_at = monotonic() + WORK_SECONDS
        waited_for, self._wait_until = self._wait_until, {}
        for kind in KINDS:
            late = []
            for key, deadline in kind.rows(besides=self._resting(kind)):
                name = f"{kind.job.__name__}-{key}-{int(deadline.timestamp() * 1_000_000)}"
                self._wait_until[name] = waited_for.get(name) or self._have_it_done(kind, key, name)
                if monotonic() >= self._wait_until[name]:
                    late.append((key, name))
            if kind.queue == "deadlines":
                self._do_here(kind, [key for key, _ in late], stop_at=stop_working_at)
            else:
                for key, name in late:
                    self._wait_until[name] = self._have_it_done(kind, key, name, again=True)
        self._queues.beat()
        self._queues.have_checked()

    def _have_it_done(self, kind, key, name, *, again=False):
        """Enqueues its job, and says until when to wait for it."""
        # A job that was killed in the middle leaves its name taken for minutes.
        job_id = f"{name}-{monotonic():.0f}" if again else name
        is_enqueued = self._queues.enqueue(kind.queue, kind.job, key, job_id=job_id)
        if kind.queue == "deadlines":
            return monotonic() + PATIENCE_SECONDS if is_enqueued else monotonic()
        return monotonic() + (ENQUEUE_AGAIN_SECONDS if is_enqueued else 0)

    def _do_here(self, kind, keys, *, stop_at):
        """At least one, and as many as there is time for."""
        for number, key in enumerate(keys):
            if number and monotonic() >= stop_at:
                break
            self._do_one_here(kind, key)
        if keys:
            name = kind.job.__name__
            logger.warning("%s: %d were still due without their job, the clock does them", name, len(keys))

    def _do_one_here(self, kind, key):
        try:
            kind.job(key)
        except Exception as error:
            if isinstance(error, DatabaseError) and not connection.is_usable():
                raise
            self._let_rest(kind, key)
        else:
            self._rests.pop((kind, key), None)

    # A row that nobody can deal with must neither keep the others waiting nor fill the log.

    def _resting(self, kind):
        return [key for (of, key), (until, _) in self._rests.items() if of == kind and until > monotonic()]

    def _forget_old_rests(self):
        """Of rows that somebody else has dealt with since."""
        long_ago = monotonic() - LONGEST_REST_SECONDS
        self._rests = {row: rest for row, rest in self._rests.items() if rest[0] > long_ago}

    def _let_rest(self, kind, key):
        _, rested = self._rests.get((kind, key), (0, LOOK_EVERY_SECONDS / 2))
        seconds = min(2 * rested, LONGEST_REST_SECONDS)
        self._rests[kind, key] = monotonic() + seconds, seconds
        logger.exception("%s %s failed, and is tried again in %g s", kind.job.__name__, key, seconds)
