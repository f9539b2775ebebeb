"""Who may open a socket, and who may stay."""

import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from websockets.exceptions import InvalidStatus

from tests.dialogues.live.client import Line, agent_line, visitor_line

FOREIGN = [
    None,
    "null",
    "https://evil.example",
    "http://localhost:1",
    "http://[",
    "file://",
    "http://localhost",
]


def test_a_foreign_origin_stays_outside(any_web, db):
    for origin in FOREIGN:
        for path in ("/ws/visitor/", "/ws/agent/"):
            with pytest.raises(InvalidStatus):
                Line(any_web, path, origin=origin)


def test_a_foreign_name_that_points_at_us_stays_outside(any_web, db):
    port = urlsplit(any_web.url).port
    evil = type("", (), {"url": f"http://evil.example:{port}"})
    with socket.create_connection(("127.0.0.1", port)) as line, pytest.raises(InvalidStatus):
        Line(evil, "/ws/visitor/", sock=line)


def test_another_name_of_ours_may_come_in(any_web, talking, vera):
    port = urlsplit(any_web.url).port
    any_web_by_number = type("", (), {"url": f"http://127.0.0.1:{port}"})
    with visitor_line(any_web_by_number, vera) as line:
        assert line.hello()


def test_nobody_is_an_agent_without_signing_in(any_web, db):
    for headers in (None, {"Cookie": "parley_session=forged"}):
        with pytest.raises(InvalidStatus):
            Line(any_web, "/ws/agent/", headers=headers)


def test_who_may_not_answer_visitors_is_told_so(any_web, db):
    user = User.objects.create_user("gertrude")
    stranger = type("", (), {"user": user})
    with agent_line(any_web, stranger) as line:
        line.say(type="hello", version=1)

        assert line.hear("bye")["reason"] == "no_permission"
        assert line.closed() == 4000


def test_who_loses_the_right_is_closed_within_a_beat(any_web, hire):
    _, bob, carol, dora, _ = agents = [hire(name) for name in ("Alice", "Bob", "Carol", "Dora", "Erin")]
    with ExitStack() as stack:
        lines = [stack.enter_context(agent_line(any_web, agent)) for agent in agents]
        for line in lines:
            line.hello()
        for line in lines:
            line.hear("beat")

        Session.objects.get(session_key=lines[0].session).delete()
        bob.user.set_password("another")
        carol.user.is_active = False
        for agent in (bob, carol):
            agent.user.save()
        dora.user.user_permissions.remove(Permission.objects.get(codename="receive_live_chats"))

        reasons = [line.hear("bye", within=3)["reason"] for line in lines[:4]]
        assert reasons == ["signed_out", "signed_out", "no_permission", "no_permission"]
        assert [line.closed() for line in lines[:4]] == [4000] * 4
        lines[4].heard.clear()
        assert lines[4].hear("beat")
