"""A small client of the message plane, written from docs/protocol.md alone: read it beside that page.

async with Client("ws://localhost:8000/ws/visitor/", token=token, show=print) as client:
    client.send(17, "Hello")
"""

import asyncio
import contextlib
import json
import random
import uuid
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

VERSION, MOST_AFTER = 1, 100
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 30


class Client:
    """Keeps one person's line open. `show(conversation, message)` gets each message once and in order.

    `hear(frame)` gets all else: what became of a message of ours, panes, revisions, typing, a farewell.
    """

    def __init__(self, address, *, token=None, cookie=None, show, hear=lambda frame: None, outbox=()):
        scheme, host = urlsplit(address)[:2]
        # A browser sends its origin by itself; we are nobody's page, and say that we are the product's own.
        self.options = {"origin": f"{scheme.replace('ws', 'http')}://{host}", "compression": None}
        self.options["additional_headers"] = {"Cookie": cookie} if cookie else {}
        self.address = address
        self.token, self.author = token, "visitor" if token else "agent"
        self.show, self.hear = show, hear
        self.shown: dict[int, int] = {}  # the highest position shown, by conversation
        self.known: dict[int, int] = {}  # the highest we have heard of
        self.asked: dict[int, int] = {}  # after which position a read is under way
        # What nobody has answered, in the order in which it was typed; to survive a restart, keep it on disk.
        self.outbox = {frame["id"]: frame for frame in outbox}
        self.line = None
        self.beat_seconds, self.failed_tries = 15, 0
        self.is_held_up = self.has_farewell = False
        self.tasks: set[asyncio.Task] = set()

    async def __aenter__(self):
        self._start(self._stay_connected())
        return self

    async def __aexit__(self, *_):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.line = None

    def send(self, conversation, body):
        """Takes the message in, which arrives once: now or after a reconnect. Returns its id."""
        frame = {"type": "message", "conversation": conversation, "id": str(uuid.uuid4()), "body": body}
        self.outbox[frame["id"]] = frame
        if not self.is_held_up:
            self._say(frame)
        return frame["id"]

    async def _stay_connected(self):
        while not self.has_farewell:
            with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake):
                async with connect(self.address, **self.options) as line:
                    await self._listen(line)
            self.line = None
            wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**self.failed_tries)
            self.failed_tries += 1
            await asyncio.sleep(random.uniform(0, wait))

    async def _listen(self, line):
        after = dict(list(self.shown.items())[-MOST_AFTER:])
        hello = {"type": "hello", "version": VERSION, "after": after}
        await line.send(json.dumps(hello | ({"token": self.token} if self.token else {})))
        while not self.has_farewell:
            # After two beats of silence the line is dead, whatever it says itself. TimeoutError is an OSError.
            async with asyncio.timeout(2 * self.beat_seconds):
                frame = json.loads(await line.recv())
            if frame["type"] == "hello":
                self.line, self.failed_tries = line, 0
                self.beat_seconds = frame["beat_seconds"]
                self._empty_outbox()
            self._take(frame)

    def _say(self, frame):
        """Leaves the frame to the line, if there is one: what must not be lost is in the outbox."""
        if self.line:
            self._start(self._send(self.line, json.dumps(frame)))

    async def _send(self, line, text):
        with contextlib.suppress(ConnectionClosed):
            await line.send(text)

    def _start(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _take(self, frame):
        match frame["type"]:
            case "message":
                self._receive(frame["conversation"], frame)
            case "page":
                self._turn(frame)
            case "refused" if frame.get("retry_after_ms") and frame.get("id") in self.outbox:
                self.is_held_up = True
                asyncio.get_running_loop().call_later(frame["retry_after_ms"] / 1000, self._empty_outbox)
            case "sent":
                if mine := self.outbox.pop(frame["id"], None):
                    self._receive(frame["conversation"], mine | frame | {"author": self.author})
            case "refused":
                self.outbox.pop(frame.get("id"), None)
            case "hello" | "beat":
                self.asked.clear()
                for conversation, position in frame["conversations"].items():
                    self._read_up_to(int(conversation), position)
            case "bye" | "reload":
                self.has_farewell = True
        if frame["type"] not in ("message", "page"):
            self.hear(frame)

    def _receive(self, conversation, message):
        shown = self.shown.get(conversation, 0)
        if message["position"] == shown + 1:
            self.shown[conversation] = shown + 1
            self.show(conversation, message)
        self._read_up_to(conversation, message["position"])

    def _read_up_to(self, conversation, position):
        shown = self.shown.get(conversation, 0)
        self.known[conversation] = max(position, self.known.get(conversation, 0))
        if position > shown and self.asked.get(conversation) != shown:
            self.asked[conversation] = shown
            self._say({"type": "read", "conversation": conversation, "after": shown})

    def _turn(self, page):
        conversation = page["conversation"]
        for message in page["messages"]:
            self._receive(conversation, message)
        # News that overtook the page was ahead of us when it came, and is not in the page.
        missing = self.shown.get(conversation, 0) + 1 if page["more"] else 0
        self._read_up_to(conversation, max(missing, self.known.get(conversation, 0)))

    def _empty_outbox(self):
        self.is_held_up = False
        for frame in self.outbox.values():
            self._say(frame)
