"""What is too much, too large or too slow for a socket, and what a stopping server owes."""

import json
import os
import signal
import socket
import time
import uuid
from contextlib import suppress
from urllib.parse import urlsplit

import psutil
from django.db import connection
from websockets.exceptions import ConnectionClosed

from tests.dialogues.live.client import agent_line, visitor_line
from tests.dialogues.live.conftest import say_much
from tests.dialogues.live.web import Uvicorn


def test_too_many_messages_wait_as_long_as_they_are_told(any_web, talking, vera):
    with visitor_line(any_web, vera) as line:
        line.hello()
        for n in range(10):
            line.write(talking.pk, f"{n}")
        client_id = line.write(talking.pk, "eleventh")
        refused = line.hear("refused")
        assert (refused["reason"], refused["id"]) == ("too_many", client_id)
        assert 0 < refused["retry_after_ms"] <= 2001
    with visitor_line(any_web, vera) as line:
        line.hello()
        # A fresh socket is no way around it.
        line.write(talking.pk, "eleventh", client_id)
        wait = line.hear("refused", id=client_id)["retry_after_ms"]
        time.sleep(wait / 1000)
        line.write(talking.pk, "eleventh", client_id)

        assert line.hear("sent", id=client_id)


def test_an_agent_may_write_faster(web, talking, alice):
    with agent_line(web, alice) as line:
        line.hello()
        for n in range(50):
            line.write(talking.pk, f"{n}")

        assert [line.hear("sent")["position"] for _ in range(50)] == list(
            range(talking.length + 1, talking.length + 51)
        )


def test_four_thousand_emoji_are_a_message(any_web, talking, vera):
    with visitor_line(any_web, vera) as line, visitor_line(any_web, vera) as other_tab:
        line.hello()
        other_tab.hello()
        line.write(talking.pk, "😀" * 4000)
        assert other_tab.hear("message")["body"] == "😀" * 4000
        client_id = line.write(talking.pk, "😀" * 4001)
        assert line.hear("refused", id=client_id)["reason"] == "invalid"


MALFORMED = [
    "",
    "{",
    "null",
    b"\x00\xff",
    b'{"type": "typing", "conversation": 1}',
    '{"a": ' + "[" * 20_000,
    '{"type": "typing", "conversation": 1e400}',
    '{"type": "\\ud800"}',
    '{"type": "typing", "conversation": 1, "\\u0000": 1}',
]


def test_no_malformed_frame_ends_a_socket_and_each_gets_a_reason(any_web, talking, vera):
    with visitor_line(any_web, vera) as line:
        line.hello()
        for frame in MALFORMED:
            line.socket.send(frame)
            refused = line.hear("refused")
            assert (refused["reason"], bool(refused["text"])) == ("malformed", True)
        for body, reason in [("a\0b", "invalid"), (" ", "invalid"), ("x" * 40_000, "too_large")]:
            client_id = line.write(talking.pk, body)
            assert line.hear("refused", id=client_id)["reason"] == reason
        half = {"type": "message", "conversation": talking.pk, "id": str(uuid.uuid4()), "body": "\ud800"}
        line.socket.send(json.dumps(half))
        assert line.hear("refused")["id"] == half["id"]

        line.write(talking.pk, "Still here")
        assert line.hear("sent")


def test_over_64_kb_the_socket_is_closed(any_web, talking, vera):
    with visitor_line(any_web, vera) as line:
        line.hello()
        line.write(talking.pk, "x" * 70_000)

        # The product's own server closes before we see it.
        assert line.closed() in (1009, 4009)


def test_a_slow_reader_is_cut_off_and_resumes(web, talking, vera):
    say_much(talking, 300, "😀" * 4000)
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", urlsplit(web.url).port))
    with visitor_line(web, vera, sock=slow, max_queue=1) as line:
        line.hello({str(talking.pk): talking.length})
        for _ in range(20):
            line.say(type="read", conversation=talking.pk, after=0)
        time.sleep(0.5)
        assert line.closed() == 4013
    shown = line.kept("page")[-1]["messages"][-1]["position"]
    assert shown < talking.length

    with visitor_line(web, vera) as line:
        line.hello({str(talking.pk): shown})
        assert line.hear("page")["messages"][0]["position"] == shown + 1


def test_many_slow_readers_take_little_memory(web, talking, vera):
    say_much(talking, 200, "x" * 4000)
    before = psutil.Process(web.process.pid).memory_info().rss
    lines = [visitor_line(web, vera, max_queue=1).__enter__() for _ in range(8)]
    for line in lines:
        line.hello({str(talking.pk): talking.length})
    for line in lines:
        # Some are cut off before they have asked for all of it.
        with suppress(ConnectionClosed):
            for _ in range(40):
                line.say(type="read", conversation=talking.pk, after=0)
    with visitor_line(web, vera) as quick:
        quick.hello({str(talking.pk): talking.length})
        quick.say(type="read", conversation=talking.pk, after=0)
        quick.hear("page")
    grown = psutil.Process(web.process.pid).memory_info().rss - before
    for line in lines:
        line.socket.socket.close()

    # All they asked for would be 256 MB.
    assert grown < 100 * 1024 * 1024


def test_a_web_process_that_is_told_to_stop_loses_nothing_it_acknowledged(
    transactional_db, talking, vera, alice, tmp_path
):
    web = Uvicorn(tmp_path).start()
    try:
        with agent_line(web, alice) as line:
            line.hello()
            for n in range(300):
                line.write(talking.pk, f"{n}")
            sent = [line.hear("sent") for _ in range(100)]
            os.kill(web.process.pid, signal.SIGTERM)
            with suppress(ConnectionClosed):
                for n in range(300, 100_000):
                    line.write(talking.pk, f"{n}")
            # 1012, unless what was on its way to us broke the line first.
            assert line.closed() in (1012, 1006)
        web.process.wait(8)
    finally:
        web.process.kill()
        web.log.close()

    stored = dict(talking.messages.filter(author="agent").values_list("client_id", "position"))
    acknowledged = {uuid.UUID(frame["id"]): frame["position"] for frame in sent + line.kept("sent")}
    assert acknowledged.items() <= stored.items()
    assert "Traceback" not in web.why_not()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(position) FROM dialogues_message WHERE conversation_id = %s", [talking.pk]
        )
        assert len(set(cursor.fetchone())) == 1
