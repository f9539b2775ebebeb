"""What stands between an empty database and the first page."""

import hashlib
import os
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import django_rq
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import OperationalError, connection
from redis import RedisError

from chatsite.accounts import FIRST_MANAGER_WITHIN_SECONDS, demo_accounts, first_manager_path, has_manager
from chatsite.accounts import is_loopback as is_private
from chatsite.steps import Steps
from chatsite.trouble import Trouble

POSTGRES_FROM = 15
REDIS_FROM = 7
PREPARING_LOCK = 7_210_002


def prepare(step: Steps):
    refuse_old_servers()
    with one_at_a_time():
        with step("Tables"):
            call_command("migrate", interactive=False, verbosity=0)
        with step("Static files"):
            collect_static_files()
        if settings.PARLEY_DEMO and "demo" in get_commands():
            with step("Demo"):
                call_command("demo", stdout=StringIO())
    if is_public():
        refuse_known_passwords()
    if not has_manager():
        hours = FIRST_MANAGER_WITHIN_SECONDS // 3600
        step.say(f"Nobody manages this Parley yet. Make the first manager here, within {hours} hours:")
        step.say(f"  {settings.SITE_URL}{first_manager_path()}")


def collect_static_files():
    """Compressing them takes seconds, so only when one of them has changed."""
    found = [(name, os.stat(kept.path(name))) for finder in get_finders() for name, kept in finder.list([])]
    states = sorted((name, file.st_mtime_ns, file.st_size) for name, file in found)
    state = hashlib.sha256(repr(states).encode()).hexdigest()
    collected = Path(settings.STATIC_ROOT) / ".collected"
    if not collected.exists() or collected.read_text() != state:
        call_command("collectstatic", interactive=False, verbosity=0)
        collected.write_text(state)


def is_public() -> bool:
    """Either name of ours leads here from elsewhere: a proxy on this machine makes SITE_URL do so."""
    return not (is_private(settings.HOST) and is_private(settings.SITE_HOST))


def refuse_the_demo_in_public():
    if settings.PARLEY_DEMO and is_public():
        raise Trouble(
            "HOST or SITE_URL lets others in, and everyone knows the passwords of the demo: "
            "set PARLEY_DEMO=0 to start without it, or leave both out."
        )


def refuse_known_passwords():
    if accounts := demo_accounts():
        raise Trouble(
            f"HOST or SITE_URL lets others in, and everyone knows the password of {', '.join(accounts)}: "
            "start without them once and change it in /admin/, or name another database or PARLEY_DATA."
        )


def refuse_old_servers():
    try:
        connection.ensure_connection()
        postgres = connection.pg_version // 10_000
    except OperationalError as error:
        raise Trouble(
            f"The database does not answer ({str(error).strip()}): start it, or correct DATABASE_URL."
        ) from error
    if postgres < POSTGRES_FROM:
        raise Trouble(f"DATABASE_URL leads to Postgres {postgres}: use {POSTGRES_FROM} or newer.")
    try:
        redis = django_rq.get_connection("deadlines").info("server")["redis_version"]
    except RedisError as error:
        raise Trouble(f"Redis does not answer ({error}): start it, or correct REDIS_URL.") from error
    if int(redis.split(".")[0]) < REDIS_FROM:
        raise Trouble(f"REDIS_URL leads to Redis {redis}: use {REDIS_FROM} or newer, or Valkey.")


@contextmanager
def one_at_a_time():
    """Several machines may start on one database at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING_LOCK])
