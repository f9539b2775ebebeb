"""Three writers in three processes on the same conversations, while everything that can go wrong does.

PROOF=1 takes ten times as long; SEED repeats a run's choices (the processes' own speed is not repeated).
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

from dialogues.live.database import connection_parameters
from dialogues.models import Author, Conversation, Message, Stream, Visitor
from routing.models import Agent, Because, LiveChat, Route, TooLate

SECONDS = 60 if os.environ.get("PROOF") else 5
SEED = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
WRITERS = 3
LIVE = 12


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


class Verbs(threading.Thread):
    """Accepts, declines, hands over, speaks as the system, warns and ends, on its own conversations one by one."""

    def __init__(self, number, *, agents, stream, route, until):
        super().__init__(daemon=True)
        self.dice = random.Random(SEED * 100 + number)
        self.agents, self.stream, self.route, self.until = agents, stream, route, until
        self.mine, self.done, self.lost = [], Counter(), Counter()
        self.failure = None

    def run(self):
        try:
            while time.monotonic() < self.until:
                try:
                    self._step()
                except (OperationalError, InterfaceError) as error:
                    # Its line was killed; whatever it did is done or not.
                    self.lost[type(error.__cause__).__name__] += 1
                    connection.close()
        except Exception as failure:
            self.failure = failure
        finally:
            connection.close()

    def _step(self):
        close_old_connections()
        if len(self.mine) < LIVE // 2:
            self.mine.append(self._open())
            return
        conversation = Conversation.objects.select_related("live_chat").get(pk=self.dice.choice(self.mine))
        verb = self.dice.choice(["accept", "accept", "hand_over", "post", "post", "idle", "decline", "end"])
        with suppress(TooLate):
            getattr(self, verb)(conversation)
            self.done[verb] += 1
        if Conversation.objects.get(pk=conversation.pk).ended_at:
            self.mine.remove(conversation.pk)
        time.sleep(self.dice.uniform(0, 0.01))

    def _open(self):
        visitor = Visitor.objects.create()
        conversation = Conversation.objects.create(
            visitor=visitor, stream=self.stream, card="chat", route=self.route
        )
        conversation.request_live_chat()
        self.done["request"] += 1
        return conversation.pk

    def accept(self, conversation):
        offer = conversation.live_chat.offers.open().select_related("agent").first()
        if offer:
            conversation.live_chat.accept(offer.agent)

    def decline(self, conversation):
        offer = conversation.live_chat.offers.open().select_related("agent").first()
        if offer:
            conversation.live_chat.decline(offer.agent)

    def hand_over(self, conversation):
        """What a transfer will do, in its order of locks."""
        with transaction.atomic():
            live_chat = LiveChat.objects.lock().get(pk=conversation.live_chat_id)
            if live_chat.state != "active":
                raise TooLate
            agent = self.dice.choice([agent for agent in self.agents if agent.pk != live_chat.agent_id])
            live_chat.agent, live_chat.agent_name = agent, agent.name
            live_chat.save()
            for locked in Conversation.objects.lock().filter(live_chat=live_chat):
                locked.reflect(live_chat)

    def post(self, conversation):
        with transaction.atomic():
            locked = Conversation.objects.lock().get(pk=conversation.pk)
            if locked.ended_at:
                raise TooLate
            locked.post("The system speaks", author=Author.SYSTEM)

    def idle(self, conversation):
        conversation.end_if_idle()

    def end(self, conversation):
        if conversation.live_chat.state != "active" or self.dice.random() < 0.7:
            raise TooLate
        conversation.live_chat.end(because=Because.AGENT)


class Writers:
    def __init__(self, agents):
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.dialogues.live.torturing", f"{SEED}", f"{number}", f"{SECONDS}"]
                + [f"{agent.pk}" for agent in agents],
                cwd=Path(__file__).resolve().parents[3],
                env=os.environ | {"DATABASE_URL": _address()},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            for number in range(WRITERS)
        ]

    def started(self):
        for process in self.processes:
            assert process.stdout.readline() == "ready\n"

    def results(self):
        return [json.loads(process.communicate(timeout=SECONDS + 60)[0]) for process in self.processes]

    def kill(self):
        for process in self.processes:
            process.kill()
            process.wait()


def _address():
    address = connection.settings_dict
    return f"postgres://{address['USER']}@{address['HOST'].replace('/', '%2F')}/{address['NAME']}"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_doubled_or_out_of_order_whatever_happens(talk_to_sales, round_robin, hire):
    agents = [hire(name) for name in ("Alice", "Bob", "Carol", "Dora")]
    Agent.objects.update(chat_limit=10)
    before = deadlocks()
    dice = random.Random(SEED)
    writers = Writers(agents)
    try:
        writers.started()
        stream, route = Stream.objects.get(pk=talk_to_sales.pk), Route.objects.get(pk=round_robin.pk)
        until = time.monotonic() + SECONDS
        verbs = [Verbs(number, agents=agents, stream=stream, route=route, until=until) for number in range(2)]
        for thread in verbs:
            thread.start()
        kills = 0
        while time.monotonic() < until:
            time.sleep(dice.uniform(0.1, 0.4))
            kills += _kill_one(dice)
        for thread in verbs:
            thread.join(20)
        results = writers.results()
    finally:
        writers.kill()

    said = sum((Counter(result["verdicts"]) for result in results), Counter())
    verb_counts = sum((thread.done for thread in verbs), Counter())
    slowest = max(result["slowest"] for result in results)
    report = (
        f"SEED={SEED}: {sum(said.values())} answers {dict(said)}, {sum(r['thrown'] for r in results)} thrown away, "
        f"{kills} kills, verbs {dict(verb_counts)}, slowest answer {slowest:.2f} s"
    )
    if os.environ.get("PROOF"):
        Path(os.environ.get("PROOF_REPORT", os.devnull)).write_text(report)
    print(report)  # noqa: T201

    assert [thread.failure for thread in verbs] == [None, None], report
    assert faults(results) == [], report
    assert [result["again"] for result in results] == [{}] * WRITERS, report
    assert deadlocks() == before, report
    # The test means something only if all of it happened.
    assert {"ok", "repeat", "taken", "ended", "not_yours", "invalid"} <= set(said), report
    assert (
        min(said["ok"] / SECONDS / 50, kills / SECONDS, verb_counts["hand_over"], verb_counts["end"]) >= 1
    ), report


def _kill_one(dice):
    """Ends a connection of a writer or of a verb, from outside."""
    with psycopg.connect(**connection_parameters()) as line:
        pids = line.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid NOT IN (%s, %s) "
            "AND backend_type = 'client backend'",
            [line.info.backend_pid, connection.connection.info.backend_pid],
        ).fetchall()
        if pids:
            line.execute("SELECT pg_terminate_backend(%s)", dice.choice(pids))
    return bool(pids)


def faults(results):
    """What the tables and the acknowledgements say against each other; empty if nothing."""
    found = []
    messages, answers = defaultdict(list), {}
    for message in Message.objects.order_by("conversation_id", "position").values():
        messages[message["conversation_id"]].append(message)
    for conversation in Conversation.objects.select_related("live_chat").order_by("pk"):
        lines = messages[conversation.pk]
        positions = [line["position"] for line in lines]
        if positions != list(range(1, len(lines) + 1)):
            found.append(f"{conversation.pk} has gaps: {positions}")
        if conversation.length != len(lines):
            found.append(f"{conversation.pk} counts {conversation.length} and has {len(lines)}")
        moments = [line["created_at"] for line in lines]
        if moments != sorted(moments):
            found.append(f"{conversation.pk} runs backwards in time")
        found += _out_of_turn(conversation, lines)
    stored = {
        (key, str(line["client_id"])): (line["position"], line["created_at"].isoformat(), line["author_id"])
        for key, lines in messages.items()
        for line in lines
    }
    for result in results:
        for conversation, client_id, author, position, at in result["acknowledged"]:
            answer = (position, at, author)
            if stored.get((conversation, client_id)) != answer:
                found.append(
                    f"{client_id} was acknowledged as {answer}, is {stored.get((conversation, client_id))}"
                )
            if answers.setdefault((conversation, client_id), answer) != answer:
                found.append(f"{client_id} was acknowledged in two ways")
        for number in result["unanswered"]:
            found.append(f"{number} was never answered")
        for conversation, earlier, later in result["overtaken"]:
            found.append(f"in {conversation} {later} overtook {earlier}")
    acknowledged = set(answers)
    known = {(conversation, client_id) for result in results for conversation, client_id in result["tried"]}
    typed = {key for key, line in stored.items() if line[2] is not None}
    if lost := typed - known:
        found.append(f"{len(lost)} messages that nobody wrote")
    given_up = {
        (conversation, client_id) for result in results for conversation, client_id in result["given_up"]
    }
    if silent := typed - acknowledged - given_up:
        found.append(f"{len(silent)} messages were written and never acknowledged")
    return found


def _out_of_turn(conversation, lines):
    """Typed after the end, or by an agent while the chat was not theirs: replayed from the system's own lines."""
    live, has_ended = None, False
    for line in lines:
        if line["author"] == "system" and line["body"].endswith("joined the chat"):
            live = line["body"].removesuffix(" joined the chat")
        elif line["author"] == "system" and "ended" in line["body"]:
            has_ended = True
        elif (
            line["author"] == "bot" and conversation.live_chat and conversation.live_chat.state == "fell_back"
        ):
            has_ended = line["body"] == conversation.live_chat.fallback_message or has_ended
        elif has_ended and line["author"] in ("visitor", "agent"):
            yield f"{conversation.pk}: {line['position']} was typed after the end"
        elif line["author"] == "agent" and _name(line["author_id"]) != live:
            yield f"{conversation.pk}: {line['position']} is by {_name(line['author_id'])}, live was {live}"
        elif line["author"] == "visitor" and line["author_id"] != conversation.visitor_id:
            yield f"{conversation.pk}: {line['position']} is by another visitor"


_names = {}


def _name(key):
    if key not in _names:
        _names[key] = Agent.objects.get(pk=key).name
    return _names[key]
