"""Two hubs in two event loops, as in two processes: only Redis is between them."""

import asyncio
import json
import time
import uuid

import pytest
import redis
from django.conf import settings
from django.db import transaction

from dialogues.live import hub, relay
from dialogues.live.writer import Line
from tests.dialogues.live.conftest import kill_live_connections
from tests.dialogues.live.loop import running_loop
from tests.dialogues.live.process import Ear, Process
from tests.product import free_port, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def processes(transactional_db):
    """Two of them, subscribed."""
    others = subscribers()
    with running_loop() as here, running_loop() as there:
        both = Process(here), Process(there)
        wait_until(lambda: len(subscribers() - others) == 2)
        yield both
        for process in both:
            process.stop()


def subscribers():
    """The lines that listen to our channel, by Redis's own account."""
    with redis.Redis.from_url(settings.REDIS_URL) as line:
        clients = line.client_list(_type="pubsub")
    return {each["id"] for each in clients if each["name"] == "parley-live" and each["sub"] == "1"}


def kill_subscribers():
    """All of them, and waits until each has come back: the next test's news must not be lost for this one's sake."""
    killed = subscribers()
    with redis.Redis.from_url(settings.REDIS_URL) as line:
        for client in killed:
            line.client_kill_filter(_id=client)
    wait_until(lambda: len(subscribers() - killed) >= len(killed))


def test_news_reaches_the_other_process_once_and_does_not_come_back(processes):
    here, there = processes
    near, far, stranger = here.listen("visitor:1"), there.listen("visitor:1"), there.listen("visitor:2")

    for n in range(50):
        here.tell("visitor:1", f"{n}")

    wait_until(lambda: len(far.heard) == 50)
    time.sleep(0.1)
    assert far.heard == near.heard == [f"{n}" for n in range(50)]
    assert stranger.heard == []


def test_what_is_written_here_is_heard_there_by_visitor_and_agent(processes, talking, vera, alice):
    here, _ = processes
    ears = [
        process.listen(topic)
        for process in processes
        for topic in (f"visitor:{vera.pk}", f"agent:{alice.pk}")
    ]

    line = Line(talking.pk, uuid.uuid4(), "visitor", vera.pk, "Hello", lambda *_: None)
    here.loop.do(here.hub.writer.write, line)

    def bodies(ear):
        frames = map(json.loads, tuple(ear.heard))
        return [frame["body"] for frame in frames if frame["type"] == "message"]

    wait_until(lambda: all(bodies(ear) for ear in ears))
    assert [bodies(ear) for ear in ears] == [["Hello"]] * 4


def test_what_sync_code_announces_after_its_commit_is_heard_everywhere(processes, talking, vera, alice):
    ears = [process.listen(f"visitor:{vera.pk}") for process in processes]

    # What led up to the chat was announced as well, and may still be on its way.
    def heard(ear):
        frames = map(json.loads, tuple(ear.heard))
        return [frame for frame in frames if frame.get("pane") == "offers"]

    with transaction.atomic():
        hub.announce(visitor=vera.pk, pane="offers")
        time.sleep(0.1)
        assert not any(heard(ear) for ear in ears)

    wait_until(lambda: all(heard(ear) for ear in ears))
    frame = {"type": "pane", "pane": "offers", "revision": hub.revision("visitor", vera.pk)}
    assert [heard(ear) for ear in ears] == [[frame], [frame]]


def test_nothing_is_announced_of_what_was_rolled_back(processes, vera):
    ear = processes[0].listen(f"visitor:{vera.pk}")

    with transaction.atomic():
        hub.announce(visitor=vera.pk, pane="chat")
        transaction.set_rollback(True)

    hub.announce(visitor=vera.pk, pane="after")
    wait_until(lambda: ear.heard)
    assert [json.loads(frame)["pane"] for frame in ear.heard] == ["after"]


def test_after_a_break_everyone_gets_a_beat_and_news_flows_again(processes):
    here, there = processes
    near, far = here.listen("visitor:1"), there.listen("visitor:1")

    kill_subscribers()

    wait_until(lambda: far.beat_at < time.monotonic() and near.beat_at < time.monotonic())
    here.tell("visitor:1", "hello again")
    wait_until(lambda: far.heard[-1:] == ["hello again"])


def test_a_line_that_died_without_a_word_is_noticed(line_to_redis, loop, monkeypatch, vera):
    monkeypatch.setattr(relay, "PATIENCE_SECONDS", 0.2)
    process = Process(loop)
    ear = process.listen(f"visitor:{vera.pk}")
    wait_until(lambda: ear.beat_at == 0)
    ear.beat_at, before = time.monotonic() + 60, line_to_redis.cuts

    line_to_redis.is_frozen = True
    time.sleep(0.5)
    line_to_redis.is_frozen = False

    wait_until(lambda: ear.beat_at == 0)
    assert line_to_redis.cuts > before
    process.stop()


def test_without_redis_those_in_the_same_process_still_hear_each_other(
    line_to_redis, loop, talking, vera, alice
):
    line_to_redis.away()
    process = Process(loop)
    ear = process.listen(f"agent:{alice.pk}")
    line = Line(talking.pk, uuid.uuid4(), "visitor", vera.pk, "Hello", lambda *_: None)

    began = time.monotonic()
    process.loop.do(process.hub.writer.write, line)
    wait_until(lambda: ear.heard)

    assert time.monotonic() - began < 2
    process.stop()


def test_news_flows_again_when_redis_comes_back(line_to_redis, loop):
    line_to_redis.away()
    with running_loop() as other:
        here, there = Process(loop), Process(other)
        ear = there.listen("visitor:1")
        here.tell("visitor:1", "lost")
        time.sleep(0.3)
        line_to_redis.back()
        wait_until(lambda: ear.beat_at == 0)

        here.tell("visitor:1", "heard")

        wait_until(lambda: "heard" in ear.heard)
        for process in (here, there):
            process.stop()


@pytest.mark.parametrize("trouble", ["away", "hangs"])
def test_announcing_without_redis_raises_nothing_and_holds_nobody_up(line_to_redis, vera, trouble):
    line_to_redis.is_away, line_to_redis.is_frozen = trouble == "away", trouble == "hangs"
    relay._redis.cache_clear()

    began = time.monotonic()
    for _ in range(10):
        hub.announce(visitor=vera.pk, pane="chat")
    took = time.monotonic() - began
    relay._redis.cache_clear()
    relay._silent_until = 0

    # One of them waits for at most a second, and once again; the nine after it do not wait at all.
    assert took < 4


def test_announcing_with_a_wrong_address_raises_nothing(vera, monkeypatch):
    monkeypatch.setattr(settings, "REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    relay._redis.cache_clear()

    hub.announce(visitor=vera.pk, pane="chat")
    relay._redis.cache_clear()
    relay._silent_until = 0


def test_a_socket_that_leaves_while_news_go_round_takes_it_from_nobody(loop):
    process = Process(loop)

    class Leaving(Ear):
        def send(self, frame):
            process.hub.leave(self)

    ears = [process.listen("visitor:1") for _ in range(5)]
    for _ in range(5):
        loop.do(process.hub.join, Leaving("visitor:1"))

    process.tell("visitor:1", "heard")

    assert all(ear.heard == ["heard"] for ear in ears)
    process.stop()


def test_what_was_told_just_before_a_stop_still_reaches_the_others(processes):
    here, there = processes
    far = there.listen("visitor:1")
    here.loop.do(lambda: [here.hub.tell(["visitor:1"], f"{n}") for n in range(100)])

    here.stop()

    wait_until(lambda: len(far.heard) == 100)


def test_noise_on_the_channel_hurts_nobody(processes):
    here, there = processes
    far = there.listen("visitor:1")
    with redis.Redis.from_url(settings.REDIS_URL) as line:
        for noise in (b"", b"\xff", b"7", b"{}", b'{"by": 1}', b'{"by": "", "news": [[7, 8]]}'):
            line.publish(relay.channel(), noise)

    here.tell("visitor:1", "heard")

    wait_until(lambda: far.heard == ["heard"])


def test_another_product_on_the_same_redis_hears_nothing(settings):
    ours = relay.channel()
    settings.SECRET_KEY = "another product's"

    assert relay.channel() != ours


def test_the_beat_goes_on_after_whatever_happened_to_it(processes, vera, monkeypatch):
    here, _ = processes
    stranger = here.listen("visitor:0", person=None)
    stranger.beat_at = 0
    ear = here.listen(f"visitor:{vera.pk}", person=vera.pk)

    # An impossible socket makes a whole round of beats fail.
    time.sleep(1.2)
    here.loop.do(here.hub.leave, stranger)
    kill_live_connections()
    ear.beat_at = 0

    wait_until(lambda: ear.heard)
    assert json.loads(ear.heard[0]) == {"type": "beat", "conversations": {}, "revision": None}


def test_a_hub_that_stopped_leaves_no_connection_and_no_task(loop, transactional_db, vera):
    others = subscribers()
    process = Process(loop)
    process.loop.run(process.hub.reader.visitor(vera.key))
    wait_until(lambda: subscribers() - others)
    process.stop()

    assert len(loop.do(lambda: asyncio.all_tasks(loop.loop))) == 1
    wait_until(lambda: not subscribers() - others)
