from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F

from routing.clock import Now, WhenWritten, clock
from routing.models.lock import LockingQuerySet

# Longer than a job of queue `default` may run: nobody else takes what its worker still sends.
LEASE = timedelta(seconds=settings.RQ_QUEUES["default"]["DEFAULT_TIMEOUT"] + 30)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)


class OutboxQuerySet(LockingQuerySet):
    def due(self):
        """Those with a mail to send now."""
        return self.filter(next_try_at__lte=Now())


class Outbox(models.Model):
    """Mail to be sent, kept in a row until it is: the mail server may be away, and a worker may die."""

    made_at = models.DateTimeField(db_default=WhenWritten())
    tries = models.PositiveIntegerField(default=0)
    # Null: everything is sent, or given up. While a worker sends, the end of its lease.
    next_try_at = models.DateTimeField(null=True, db_default=WhenWritten())
    last_error = models.TextField(blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        abstract = True

    def claim(self):
        """Takes it for the time of the lease, in one statement: no transaction waits for a mail server."""
        mine = type(self).objects.due().filter(pk=self.pk)
        if not mine.update(tries=F("tries") + 1, next_try_at=Now() + LEASE):
            return False
        self.refresh_from_db()
        return True

    def settle(self, errors, *, is_sent):
        """Puts on record what came of the try, unless somebody has begun another meanwhile. `is_sent` says that
        nothing is left to send."""
        now = clock()
        if is_sent or now - self.made_at > GIVE_UP_AFTER:
            next_try_at = None
        else:
            next_try_at = now + min(FIRST_WAIT * 2 ** min(self.tries - 1, 20), LONGEST_WAIT)
        mine = type(self).objects.filter(pk=self.pk, tries=self.tries)
        mine.update(next_try_at=next_try_at, last_error=errors)
