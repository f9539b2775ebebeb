"""The load: visitors who write, agents who read, and the time between.

The relay and the product get the same load from the same code, which is leaner than bench/client.py.
"""

import asyncio
import gc
import json
import random
import uuid
from collections import defaultdict, deque
from time import perf_counter

import msgspec

from bench.client import VERSION
from bench.wire import Socket

BODY = "Does the blue one come in a larger size, and would it be here by Friday?"
CONNECTS_AT_ONCE = 40
ANSWERS_WITHIN_SECONDS = 10
WARM_UP_SECONDS = 0.5


class Heard(msgspec.Struct):
    """What the load needs to know of a frame."""

    type: str
    conversation: int = 0
    id: str = ""


decode = msgspec.json.Decoder(Heard).decode


class Load:
    """Open sockets of some chats, to the product or to the relay, and what is under way between them."""

    def __init__(self, chats, *, server, port):
        self.chats = {chat.conversation: chat for chat in chats}
        self.server = server
        self.is_relay = server == "relay"
        self.port = port
        self.visitors = {}
        self.sockets = []
        self.under_way = {}
        self.unanswered = set()
        self.written = defaultdict(list)
        self.seconds = []
        self.doubled = 0
        self.refused = 0
        self.is_saturating = False

    async def connect(self):
        chats = list(self.chats.values())
        agents = {chat.agent: chat.cookie for chat in chats}
        await self._all(self._connect_agent(agent, cookie) for agent, cookie in agents.items())
        await self._all(self._connect_visitor(chat) for chat in chats)

    async def open(self, path, hear, hello, *, cookie=""):
        host = f"localhost:{self.port}"
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: cGFybGV5LWJlbmNoLWtleQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(
            lambda: Socket(request.encode(), hear), "127.0.0.1", self.port
        )
        self.sockets.append(socket)
        await asyncio.wait_for(socket.first, ANSWERS_WITHIN_SECONDS)
        if not self.is_relay:
            greeting = loop.create_future()
            socket.hear = lambda _, text: greeting.done() or greeting.set_result(decode(text).type)
            socket.write(json.dumps({"type": "hello", "version": VERSION, **hello}).encode())
            answer = await asyncio.wait_for(greeting, ANSWERS_WITHIN_SECONDS)
            if answer != "hello":
                raise ConnectionError(f"The server answered hello with {answer}.")
            socket.hear = hear
        return socket

    async def close(self):
        await self._all(socket.close() for socket in self.sockets)

    async def saturate(self):
        """From now on each visitor writes again as soon as the last message has reached the agent."""
        self.is_saturating = True
        for conversation in self.chats:
            self._write(conversation)
        await asyncio.sleep(WARM_UP_SECONDS)

    async def count(self, seconds):
        """How many messages reach their agent in this time."""
        self._begin()
        await asyncio.sleep(seconds)
        return len(self.seconds)

    async def trickle(self, seconds):
        """Each visitor writes once in this time, whatever becomes of it, and nobody in step with another."""
        self._begin()
        for conversation in self.chats:
            asyncio.get_running_loop().call_later(random.uniform(0, seconds), self._write, conversation)
        await asyncio.sleep(seconds)

    async def settle(self):
        """Waits for what is under way. Whatever still is afterwards has been lost."""
        self.is_saturating = False
        deadline = perf_counter() + ANSWERS_WITHIN_SECONDS
        while (self.under_way or self.unanswered) and perf_counter() < deadline:
            await asyncio.sleep(0.01)
        gc.enable()

    def faults(self) -> list[str]:
        """What went wrong, in sentences."""
        counted = {
            "reached no agent": len(self.under_way),
            "got no answer": len(self.unanswered),
            "reached the agent twice": self.doubled,
            "were refused or sent away": self.refused,
        }
        return [f"{self.server}: {number} messages {what}." for what, number in counted.items() if number]

    # Inside

    def _begin(self):
        # A collection of our own garbage is nobody's latency.
        gc.collect()
        gc.disable()
        self.seconds = []

    def _write(self, conversation):
        name = str(uuid.uuid4())
        text = f'{{"type":"message","conversation":{conversation},"id":"{name}","body":"{BODY}"}}'
        self.written[conversation].append(name)
        if not self.is_relay:
            self.unanswered.add(name)
        self.under_way[name] = perf_counter()
        self.visitors[conversation].write(text.encode())

    def _hear_agent(self, socket, text):
        heard = decode(text)
        if heard.type != "message":
            return
        began = self.under_way.pop(heard.id, None)
        if began is None:
            self.doubled += 1
            return
        self.seconds.append(perf_counter() - began)
        if self.is_saturating:
            self._write(heard.conversation)

    def _hear_visitor(self, socket, text):
        heard = decode(text)
        if heard.type == "sent":
            self.unanswered.discard(heard.id)
        elif heard.type in ("refused", "bye", "reload"):
            self.refused += 1

    async def _connect_agent(self, agent, cookie):
        path = f"/agent/{agent}" if self.is_relay else "/ws/agent/"
        await self.open(path, self._hear_agent, {}, cookie=cookie)

    async def _connect_visitor(self, chat):
        path = f"/visitor/{chat.agent}" if self.is_relay else "/ws/visitor/"
        self.visitors[chat.conversation] = await self.open(path, self._hear_visitor, {"token": chat.token})

    async def _all(self, works):
        """All of them, some at once."""
        waiting = deque(works)

        async def work():
            while waiting:
                await waiting.popleft()

        await asyncio.gather(*(work() for _ in range(CONNECTS_AT_ONCE)))
