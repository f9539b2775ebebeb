"""The product works on the database that a test empties when it is over."""

import time

from django.db import connection

from notifications.models import FailedAction, PasswordLink
from tests.product import wait_until


def settle():
    """Waits until nobody is at work on the database: emptying it now would deadlock with them."""
    FailedAction.objects.update(next_try_at=None)
    PasswordLink.objects.update(next_try_at=None)
    wait_until(lambda: not any(others_at_work() for _ in range(5)))


def others_at_work():
    time.sleep(0.01)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return cursor.fetchone()[0]
