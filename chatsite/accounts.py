"""Who may come in first: the demo's people, or the first manager by a link that works once."""

import ipaddress
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.core import signing
from django.db import connection, transaction
from django.urls import reverse

DEMO_USERNAMES = ["alice", "bob", "carol", "max"]
DEMO_PASSWORD = "parley-demo"  # noqa: S105
FIRST_MANAGER_WITHIN_SECONDS = 24 * 3600
FIRST_MANAGER_SALT = "chatsite.first_manager"
FIRST_MANAGER_LOCK = 7_210_001


def demo_accounts() -> list[str]:
    """Those who still have the password that everyone knows."""
    people = get_user_model().objects.filter(username__in=DEMO_USERNAMES, is_active=True).order_by("username")
    return [user.username for user in people if user.check_password(DEMO_PASSWORD)]


def has_manager() -> bool:
    managers = get_user_model().objects.with_perm(
        "routing.manage_workspace", backend="django.contrib.auth.backends.ModelBackend"
    )
    return managers.exists()


def first_manager_path() -> str:
    return reverse("first_manager", args=[signing.dumps("first manager", salt=FIRST_MANAGER_SALT)])


def is_first_manager_link(token: str) -> bool:
    """A link of ours, young enough, and nobody has used one yet."""
    try:
        signing.loads(token, salt=FIRST_MANAGER_SALT, max_age=FIRST_MANAGER_WITHIN_SECONDS)
    except signing.BadSignature:
        return False
    return not has_manager()


@contextmanager
def one_at_a_time():
    """Two who open the link at once must not both become the first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_MANAGER_LOCK])
        yield


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
