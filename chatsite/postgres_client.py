"""Postgres's own programs, for what they do better than we could: whole databases."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import environ
from django.conf import settings
from django.db import OperationalError, connection

from chatsite.embedded import Embedded
from chatsite.embedded.binaries import find_binaries
from chatsite.folder import Held
from chatsite.trouble import Trouble

EMPTY = """
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
ALTER SCHEMA public OWNER TO pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


@contextmanager
def database(*, alone: bool):
    """The one that is there, or the embedded one for as long as it takes."""
    embedded = None if settings.DATABASES_GIVEN else Embedded(settings.PARLEY_DATA)
    try:
        if embedded:
            found = environ.Env.db_url_config(embedded.start()["DATABASE_URL"])
            place = {name: unquote(found[name]) for name in ("NAME", "USER", "HOST")}
            connection.settings_dict.update(place)
    except Held:
        # Settings have read where the one is that runs.
        if alone:
            raise
        embedded = None
    try:
        yield
    finally:
        connection.close()
        if embedded:
            embedded.stop()


def dump_into(file: Path):
    _run(find_binaries().pg_dump, "--no-owner", "--no-privileges", f"--file={file}")


def restore_from(file: Path):
    """In one transaction: whatever goes wrong, the database keeps what it had."""
    empty = file.with_name("empty.sql")
    empty.write_text(EMPTY)
    if _server_major() < 17:
        _leave_out_what_is_newer(file)
    once = ["--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run(find_binaries().psql, "--no-psqlrc", "--quiet", *once, f"--file={empty}", f"--file={file}")


def tables() -> list[str]:
    with _cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return [name for (name,) in cursor.fetchall()]


def users_of_the_database() -> int:
    with _cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


@contextmanager
def _cursor():
    try:
        with connection.cursor() as cursor:
            yield cursor
    except OperationalError as error:
        raise Trouble(f"The database does not answer ({str(error).strip()}): start it first.") from error


def _run(program: Path, *arguments: str):
    major = _server_major()
    able = [found for found in (program, shutil.which(program.name)) if found and _major_of(found) >= major]
    if not able:
        raise Trouble(f"The database is Postgres {major}: install its programs (postgresql-client-{major}).")
    client, env = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    # A role may have limits that fit a request; a whole database takes longer.
    env = dict(os.environ) | (env or {}) | {"PGOPTIONS": "-c statement_timeout=0"}
    connection.close()
    done = subprocess.run(
        [str(able[0]), *arguments, *client[1:]], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Trouble(f"{program.name} failed, and nothing has changed: {done.stderr.strip()}")


def _server_major() -> int:
    with _cursor():
        return connection.pg_version // 10_000


def _major_of(program) -> int:
    version = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.split()[2].split(".")[0])


def _leave_out_what_is_newer(file: Path):
    """pg_dump 17 and later write a setting at the top that earlier servers do not know."""
    older = file.with_name("older.sql")
    with file.open("rb") as newer, older.open("wb") as rest:
        for _ in range(40):
            line = newer.readline()
            rest.write(b"" if line.startswith(b"SET transaction_timeout") else line)
        shutil.copyfileobj(newer, rest)
    older.replace(file)
