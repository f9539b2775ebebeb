"""A person with a browser that does what docs/protocol.md asks of it: an outbox, N+1 only, and never giving up."""

import json
import random
import threading
import time
import uuid
from collections import defaultdict, deque

from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

LOST = (OSError, TimeoutError, ConnectionClosed, InvalidMessage, InvalidStatus)


class Person(threading.Thread):
    def __init__(self, open_line, *, doubles=0, pace=0.01):
        super().__init__(daemon=True)
        self.open_line, self.doubles, self.pace = open_line, doubles, pace
        # Per conversation, first to last.
        self.outbox = defaultdict(deque)
        self.shown = defaultdict(list)
        self.under_way, self.wait_until = {}, {}
        self.connects = 0
        self.refused = []
        self.is_leaving = threading.Event()
        self.dice = random.Random(1)

    def say(self, conversation, *bodies):
        for body in bodies:
            self.outbox[conversation.pk].append((str(uuid.uuid4()), body))
            # So that it is asked for after a lost line.
            self.shown[conversation.pk]

    def has_sent_everything(self):
        return not any(self.outbox.values())

    def reads(self, conversation, length):
        return len(self.shown[conversation.pk]) >= length

    def leave(self):
        self.is_leaving.set()
        self.join(10)

    def run(self):
        while not self.is_leaving.is_set():
            try:
                with self.open_line() as line:
                    self.connects += 1
                    self.under_way.clear()
                    line.socket.send(self._hello(line.token))
                    self._talk(line.socket)
            except LOST:
                time.sleep(self.dice.uniform(0, 0.2))

    def _hello(self, token):
        after = {str(key): self._last(key) for key in list(self.shown)}
        return json.dumps({"type": "hello", "version": 1, "token": token, "after": after})

    def _talk(self, socket):
        is_greeted, heard_at, patience = False, time.monotonic(), 3
        while not self.is_leaving.is_set():
            if is_greeted:
                self._pump(socket)
            try:
                frame = json.loads(socket.recv(timeout=self.pace))
            except TimeoutError:
                # Two beats of silence: that line is dead.
                if time.monotonic() - heard_at > patience:
                    raise
                continue
            heard_at = time.monotonic()
            if frame["type"] == "hello":
                is_greeted, patience = True, 2 * frame["beat_seconds"]
            self._take(socket, frame)

    def _pump(self, socket):
        for conversation, waiting in self.outbox.items():
            if waiting and conversation not in self.under_way:
                if time.monotonic() < self.wait_until.get(conversation, 0):
                    continue
                key, body = waiting[0]
                self.under_way[conversation] = key
                frame = {"type": "message", "conversation": conversation, "id": key, "body": body}
                for _ in range(2 if self.dice.random() < self.doubles else 1):
                    socket.send(json.dumps(frame))

    def _take(self, socket, frame):
        match frame:
            case {"type": "message"}:
                self._show(socket, frame["conversation"], frame)
            case {"type": "page", "messages": messages}:
                for message in messages:
                    self._show(socket, frame["conversation"], message)
                if frame["more"]:
                    self._read(socket, frame["conversation"])
            case {"type": "hello" | "beat"}:
                for key, length in frame["conversations"].items():
                    if length > self._last(int(key)):
                        self._read(socket, int(key))
            case {"type": "sent"}:
                self._done(frame)
            case {"type": "refused", "reason": "too_many" | "busy"}:
                if "id" in frame and self.under_way.get(frame["conversation"]) == frame["id"]:
                    self.wait_until[frame["conversation"]] = time.monotonic() + frame["retry_after_ms"] / 1000
                    del self.under_way[frame["conversation"]]
            case {"type": "refused"}:
                self.refused.append(frame)

    def _done(self, frame):
        conversation = frame["conversation"]
        waiting = self.outbox[conversation]
        if waiting and waiting[0][0] == frame["id"]:
            waiting.popleft()
            self.under_way.pop(conversation, None)

    def _show(self, socket, conversation, message):
        if message["position"] == self._last(conversation) + 1:
            self.shown[conversation].append(message)
        elif message["position"] > self._last(conversation):
            self._read(socket, conversation)

    def _read(self, socket, conversation):
        socket.send(
            json.dumps({"type": "read", "conversation": conversation, "after": self._last(conversation)})
        )

    def _last(self, conversation):
        return len(self.shown[conversation])
