import re
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from dialogues.live import relay
from dialogues.live.database import connection_parameters
from dialogues.models import Message
from tests.dialogues.live.loop import running_loop
from tests.dialogues.live.proxy import Proxy
from tests.dialogues.live.web import Daphne, Uvicorn


@pytest.fixture
def loop():
    with running_loop() as loop:
        yield loop


@pytest.fixture(autouse=True)
def fresh_line_for_news():
    """What one test did to the line to Redis is not the next one's trouble."""
    yield
    relay._redis.cache_clear()
    relay._silent_until = 0


@pytest.fixture(scope="session")
def webs(django_db_setup, django_db_blocker, tmp_path_factory):
    """Web processes by their server, each started when it is first needed."""
    started = {}

    def web(kind):
        if kind not in started:
            with django_db_blocker.unblock():
                # Whoever waits for a beat, or to write again, does not wait long.
                short = {"BEAT_SECONDS": "1", "MESSAGES_PER_VISITOR_SECONDS": "2"}
                started[kind] = kind(tmp_path_factory.mktemp("web"), **short).start()
        return started[kind]

    yield web
    for process in started.values():
        process.stop()


@pytest.fixture
def web(webs, transactional_db):
    """The product's own web server."""
    return webs(Uvicorn)


@pytest.fixture(params=[Uvicorn, Daphne])
def any_web(request, webs, transactional_db):
    """The product's own web server, and the one of `runserver`."""
    return webs(request.param)


@pytest.fixture
def other_connection(transactional_db):
    """A line of our own to the database, beside Django's."""
    with psycopg.connect(**connection_parameters()) as line:
        yield line


@pytest.fixture
def hold(transactional_db):
    """Holds a conversation's row, as a verb does that takes its time, until the returned line is committed."""
    lines = []

    def hold(conversation):
        line = psycopg.connect(**{**connection_parameters(), "autocommit": False})
        lines.append(line)
        line.execute("SELECT FROM dialogues_conversation WHERE id = %s FOR NO KEY UPDATE", [conversation.pk])
        return line

    yield hold
    for line in lines:
        line.close()


@pytest.fixture
def line_to_postgres(transactional_db, monkeypatch):
    """A proxy before Postgres, through which the message plane's new connections go."""
    address = connection.settings_dict
    port = address["PORT"] or 5432
    is_path = address["HOST"].startswith("/")
    upstream = (
        [f"{address['HOST']}/.s.PGSQL.{port}"] if is_path else [address["HOST"] or "localhost", int(port)]
    )
    with Proxy(*upstream) as proxy:
        for module in ("writer", "reader"):
            monkeypatch.setattr(
                f"dialogues.live.{module}.connection_parameters",
                lambda: {**connection_parameters(), "host": "127.0.0.1", "port": proxy.port},
            )
        yield proxy


@pytest.fixture
def line_to_redis(monkeypatch):
    """A proxy before Redis, through which the message plane's new connections go."""
    address = urlsplit(settings.REDIS_URL)
    is_path = address.scheme == "unix"
    upstream = [unquote(address.path)] if is_path else [address.hostname, address.port or 6379]
    with Proxy(*upstream) as proxy:
        number = re.search(r"db=(\d+)", address.query) if is_path else re.search(r"/(\d+)", address.path)
        monkeypatch.setattr(
            settings, "REDIS_URL", f"redis://127.0.0.1:{proxy.port}/{number[1] if number else 0}"
        )
        yield proxy


def kill_live_connections():
    """Ends the message plane's connections to this database from the other side; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE application_name = 'parley live' AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def say_much(conversation, number, body="x"):
    """As if much had been said already, without waiting for it."""
    conversation.refresh_from_db()
    Message.objects.bulk_create(
        Message(conversation=conversation, position=conversation.length + n, author="visitor", body=body)
        for n in range(1, number + 1)
    )
    conversation.length += number
    conversation.save(update_fields=["length"])
