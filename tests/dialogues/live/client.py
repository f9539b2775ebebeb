"""A visitor's and an agent's side of docs/protocol.md, for tests."""

import json
import time
import uuid

from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


class Line:
    """One open socket, and what came over it that nobody has asked for yet."""

    def __init__(self, product, path, *, token="", headers=None, **options):
        address = product.url.replace("http", "ws") + path
        options = {"origin": product.url, "max_size": None} | options
        self.opening = connect(address, additional_headers=headers, **options)
        self.token, self.heard = token, []

    def __enter__(self):
        self.socket = self.opening.__enter__()
        return self

    def __exit__(self, *error):
        self.opening.__exit__(*error)

    def say(self, **frame):
        self.socket.send(json.dumps(frame, ensure_ascii=False))

    def hello(self, after=None, *, version=1):
        """Says hello, and returns the server's."""
        self.say(type="hello", version=version, token=self.token, after=after or {})
        return self.hear("hello")

    def write(self, conversation, body, client_id=None):
        client_id = str(client_id or uuid.uuid4())
        self.say(type="message", conversation=conversation, id=client_id, body=body)
        return client_id

    def hear(self, kind, *, within=10, **expected):
        """The next frame of this kind, with these fields; others are kept for later."""
        for index, frame in enumerate(self.heard):
            if _fits(frame, kind, expected):
                return self.heard.pop(index)
        deadline = time.monotonic() + within
        while True:
            frame = json.loads(self.socket.recv(timeout=max(0, deadline - time.monotonic())))
            if _fits(frame, kind, expected):
                return frame
            self.heard.append(frame)

    def closed(self, *, within=10):
        """The code with which the server closes the socket; what it says before is kept for later."""
        deadline = time.monotonic() + within
        try:
            while True:
                self.heard.append(json.loads(self.socket.recv(timeout=max(0, deadline - time.monotonic()))))
        except ConnectionClosed:
            return self.socket.close_code

    def kept(self, kind):
        """What was heard of this kind, and not asked for."""
        return [frame for frame in self.heard if frame["type"] == kind]


def _fits(frame, kind, expected):
    return frame["type"] == kind and all(frame.get(key) == value for key, value in expected.items())


def visitor_line(product, visitor, **options):
    return Line(product, "/ws/visitor/", token=visitor.token, **options)


def agent_line(product, agent, *, session=None, **options):
    session = session or sign_in(agent)
    line = Line(product, "/ws/agent/", headers={"Cookie": f"parley_session={session}"}, **options)
    line.session = session
    return line


def sign_in(agent):
    client = Client()
    client.force_login(agent.user)
    return client.cookies["parley_session"].value
