"""Whatever breaks in the middle, both sides end up showing everything exactly once, in order.

PROOF=1 goes on for longer.
"""

import os
import random
import time

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from dialogues.live.database import connection_parameters
from dialogues.models import Visitor
from tests.dialogues.live.client import agent_line, sign_in, visitor_line
from tests.dialogues.live.person import Person
from tests.dialogues.live.proxy import Proxy
from tests.dialogues.live.test_hub import subscribers
from tests.dialogues.live.web import Daphne
from tests.product import wait_until

PROOF = bool(os.environ.get("PROOF"))
SEED = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
CHATS = 10
# Of each side in each chat: as many as a visitor may write without waiting.
EACH = 10


@pytest.fixture
def chats(requested, alice, transactional_db):
    """Alice talks with ten visitors."""
    chats = [requested(Visitor.objects.create()) for _ in range(CHATS)]
    for chat in chats:
        chat.live_chat.accept(alice)
        chat.refresh_from_db()
    return chats


class Talk:
    """Alice with all of her visitors at once, each on a line of their own."""

    def __init__(self, chats, *, alices, visitors, agent, **habits):
        self.chats = chats
        session = sign_in(agent)
        self.alice = Person(lambda: agent_line(alices, agent, session=session), **habits)
        self.visitors = [
            Person(lambda visitor=chat.visitor: visitor_line(visitors, visitor), **habits) for chat in chats
        ]
        for chat, visitor in zip(chats, self.visitors, strict=True):
            self.alice.say(chat, *[f"agent {n}" for n in range(EACH)])
            visitor.say(chat, *[f"visitor {n}" for n in range(EACH)])
        self.people = [self.alice, *self.visitors]

    def __enter__(self):
        for person in self.people:
            person.start()
        return self

    def __exit__(self, *error):
        for person in self.people:
            person.leave()

    def shown(self):
        return sum(len(shown) for shown in self.alice.shown.values())

    def wait_until_all_is_read(self, *, seconds=40):
        lengths = {chat: chat.length + 2 * EACH for chat in self.chats}
        wait_until(
            lambda: (
                all(person.has_sent_everything() for person in self.people)
                and all(self.alice.reads(chat, lengths[chat]) for chat in self.chats)
                and all(
                    who.reads(chat, lengths[chat])
                    for chat, who in zip(self.chats, self.visitors, strict=True)
                )
            ),
            seconds=seconds,
            failing=lambda: (
                f"SEED={SEED}: {self.shown()} shown, refused: {[who.refused for who in self.people]}"
            ),
        )

    def check(self):
        for chat, visitor in zip(self.chats, self.visitors, strict=True):
            stored = list(chat.messages.values_list("position", "body"))
            assert [position for position, _ in stored] == list(range(1, chat.length + 2 * EACH + 1))
            for side in ("agent", "visitor"):
                said = [body for _, body in stored if body.startswith(side)]
                assert said == [f"{side} {n}" for n in range(EACH)]
            for person in (self.alice, visitor):
                assert [(m["position"], m["body"]) for m in person.shown[chat.pk]] == stored
        assert not any(person.refused for person in self.people)


def test_a_web_process_killed_in_the_middle_loses_and_doubles_nothing(product, chats, alice):
    talk = Talk(chats, alices=product, visitors=product, agent=alice, pace=0.03)
    with talk:
        begun = sum(chat.length for chat in chats)
        for part in (0.3, 0.6) if PROOF else (0.3,):
            wait_until(lambda part=part: talk.shown() >= begun + part * 2 * EACH * CHATS)
            product.kill("web")
        talk.wait_until_all_is_read()
    talk.check()
    assert all(person.connects >= 2 for person in talk.people)


def kill_connections(dice, lines):
    """Every line to Postgres but ours, as when it is restarted."""
    with psycopg.connect(**connection_parameters()) as line:
        line.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid NOT IN (%s, %s)",
            [line.info.backend_pid, connection.connection.info.backend_pid],
        )


def kill_redis_lines(dice, lines):
    killed = subscribers()
    with redis.Redis.from_url(settings.REDIS_URL) as line:
        for kind in ("normal", "pubsub"):
            line.client_kill_filter(_type=kind, skipme=True)
    wait_until(lambda: len(subscribers() - killed) >= len(killed))


def cut_lines(dice, lines):
    dice.choice(lines).cut()


def swallow_answers(dice, lines):
    line = dice.choice(lines)
    line.swallows_answers = True
    time.sleep(0.05)
    line.swallows_answers = False


def freeze_lines(dice, lines):
    line = dice.choice(lines)
    line.is_frozen = True
    time.sleep(0.1)
    line.is_frozen = False


def slow_lines(dice, lines):
    dice.choice(lines).delay = dice.uniform(0, 0.02)


LINES = [cut_lines, swallow_answers, freeze_lines, slow_lines]
CHAOS = {
    "postgres": [kill_connections],
    "redis": [kill_redis_lines],
    "lines": LINES,
    "all": [kill_connections, kill_redis_lines, *LINES],
}


class At:
    """Where a line leads to, as a product."""

    def __init__(self, url):
        self.url = url


@pytest.mark.parametrize("breaking", CHAOS)
def test_nothing_is_lost_or_doubled_between_two_servers_while_this_breaks(breaking, web, webs, chats, alice):
    other = webs(Daphne)
    dice = random.Random(SEED)
    with Proxy("127.0.0.1", web.port) as here, Proxy("127.0.0.1", other.port) as there:
        lines = [here, there]
        alices, visitors = (At(f"http://127.0.0.1:{line.port}") for line in lines)
        talk = Talk(chats, alices=alices, visitors=visitors, agent=alice, doubles=0.2, pace=0.05)
        until, disturbed = time.monotonic() + (10 if PROOF else 0.8), 0
        with talk:
            while time.monotonic() < until or not talk.shown():
                time.sleep(dice.uniform(0.05, 0.2))
                disturbed += not all(person.has_sent_everything() for person in talk.people)
                dice.choice(CHAOS[breaking])(dice, lines)
            for line in lines:
                line.delay = 0
            talk.wait_until_all_is_read()
    talk.check()
    assert disturbed, "all was said before anything broke"
