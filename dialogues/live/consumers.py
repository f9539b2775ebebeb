"""The sockets. Nothing here touches the ORM or a template: frames come in, the hub's writer and reader do the rest."""

import asyncio
from time import monotonic
from urllib.parse import urlsplit

import psycopg
from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from django.conf import settings
from django.core import signing
from psycopg_pool import PoolTimeout

from dialogues.live import hub
from dialogues.live.beat import BEAT_SECONDS
from dialogues.live.frames import (
    LARGEST_READ,
    SPOKEN_VERSIONS,
    VERSION,
    Hello,
    Message,
    Read,
    Refused,
    Typing,
    decode,
    encode,
)
from dialogues.live.writer import Line
from dialogues.models.visitor import key_of_token
from routing.models import Agent

HELLO_WITHIN_SECONDS = 10
# A reader who is further behind than this is cut off, and resumes by position.
LONGEST_OUTGOING = 256
TYPING_EVERY_SECONDS = 1
POLICY, TOO_BIG, TRY_AGAIN_LATER = 1008, 1009, 1013
WORDS = {
    "ended": "The chat has ended.",
    "not_yours": "You cannot write in this chat.",
    "unknown": "There is no such chat.",
    "taken": "This message could not be sent. Please write it again.",
    "invalid": "This message has something in it that cannot be stored.",
    "busy": "The server is busy; the message is sent again in a moment.",
}


class LiveConsumer(AsyncConsumer):
    kind = None

    async def dispatch(self, message):
        # Channels' own hops to the one thread of the process before every message; nothing here needs that.
        match message["type"]:
            case "websocket.connect":
                await self._connect()
            case "websocket.receive":
                await self._receive(message.get("text"))
            case "websocket.disconnect":
                self._disconnect()
                raise StopConsumer

    # What the hub calls

    def send(self, frame):
        """Queues a frame. Who reads too slowly is cut off, so that memory stays bounded."""
        try:
            self.outgoing.put_nowait(frame)
        except asyncio.QueueFull:
            self._close(TRY_AGAIN_LATER)

    def dismiss(self, reason, text):
        """Says why, and closes for good."""
        self.send(encode(type="bye", reason=reason, text=text))
        self._close(POLICY, after_all_is_sent=True)

    # Connection

    async def _connect(self):
        self.person = self.topic = self.session = None
        self.closing = False
        self.outgoing = asyncio.Queue(LONGEST_OUTGOING)
        self.typed_at, self.others = 0, {}
        if not _is_our_origin(self.scope) or not await self._is_welcome():
            await self.base_send({"type": "websocket.close", "code": POLICY})
            raise StopConsumer
        self.hub = hub.here()
        await self.base_send({"type": "websocket.accept"})
        self.sender = asyncio.create_task(self._send_forever())
        self.hello_timer = asyncio.get_running_loop().call_later(HELLO_WITHIN_SECONDS, self._close, POLICY)

    async def _is_welcome(self):
        return True

    def _disconnect(self):
        self.closing = True
        self.hello_timer.cancel()
        self.sender.cancel()
        if self.topic:
            self.hub.leave(self)

    async def _send_forever(self):
        while True:
            frame = await self.outgoing.get()
            if isinstance(frame, int):
                await self.base_send({"type": "websocket.close", "code": frame})
                return
            await self.base_send({"type": "websocket.send", "text": frame})

    def _close(self, code, *, after_all_is_sent=False):
        if self.closing:
            return
        self.closing = True
        if self.topic:
            self.hub.leave(self)
            self.topic = None
        if not after_all_is_sent:
            while not self.outgoing.empty():
                self.outgoing.get_nowait()
        if self.outgoing.full():
            self.outgoing.get_nowait()
        self.outgoing.put_nowait(code)

    # Frames

    async def _receive(self, text):
        if self.closing:
            return
        if text is None or len(text) > LARGEST_READ:
            self._close(TOO_BIG)
            return
        try:
            frame = decode(text)
            if self.topic is None and not isinstance(frame, Hello):
                raise Refused("malformed", "Say hello first.")
            await self._take(frame)
        except Refused as refused:
            self.send(encode(**refused.frame))
        except (psycopg.Error, PoolTimeout):
            # The page reads again at the next beat, or on a socket it opens after two without one.
            self.send(encode(type="refused", reason="busy", text=WORDS["busy"], retry_after_ms=1000))

    async def _take(self, frame):
        match frame:
            case Message():
                self._write(frame)
            case Read():
                await self._send_page(frame.conversation, frame.after)
            case Typing():
                await self._tell_typing(frame.conversation)
            case Hello():
                await self._hello(frame)

    async def _hello(self, frame):
        self.hello_timer.cancel()
        if frame.version not in SPOKEN_VERSIONS:
            self.send(encode(type="reload"))
            self._close(POLICY, after_all_is_sent=True)
            return
        found = await self._who(frame)
        if found is None:
            return
        lengths, revision = found
        if self.topic is None:
            self.topic = f"{self.kind}:{self.person}"
            self.beat_at = monotonic() + BEAT_SECONDS
            self.hub.join(self)
        self.send(
            encode(
                type="hello",
                version=VERSION,
                revision=revision,
                beat_seconds=BEAT_SECONDS,
                conversations=lengths,
            )
        )
        held = {**self._to_show(lengths), **frame.after}
        for conversation, after in held.items():
            if lengths.get(conversation, after + 1) > after:
                await self._send_page(conversation, after, even_if_empty=False)

    def _to_show(self, lengths):
        return {}

    def _write(self, frame):
        self.hub.writer.write(
            Line(frame.conversation, frame.id, self.kind, self.person, frame.body, self._written)
        )

    def _written(self, line, verdict):
        if self.closing:
            return
        about = {"conversation": line.conversation, "id": line.id}
        if verdict.verdict in ("ok", "repeat"):
            self.send(encode(type="sent", **about, position=verdict.position, at=verdict.at))
            return
        retry = {"retry_after_ms": 1000} if verdict.verdict == "busy" else {}
        self.send(
            encode(type="refused", **about, reason=verdict.verdict, text=WORDS[verdict.verdict], **retry)
        )

    async def _send_page(self, conversation, after, *, even_if_empty=True):
        messages, more = await self.hub.reader.page(self.kind, self.person, conversation, after)
        if messages or even_if_empty:
            self.send(encode(type="page", conversation=conversation, messages=messages, more=more))

    async def _tell_typing(self, conversation):
        now = monotonic()
        if now - self.typed_at < TYPING_EVERY_SECONDS:
            return
        self.typed_at = now
        other, asked_at = self.others.get(conversation, (None, 0))
        if now - asked_at > BEAT_SECONDS:
            other = await self.hub.reader.other_side(self.kind, self.person, conversation)
            self.others = {conversation: (other, now)}
        if other:
            other_kind = "agent" if self.kind == "visitor" else "visitor"
            frame = encode(type="typing", conversation=conversation, author=self.kind)
            self.hub.tell([f"{other_kind}:{other}"], frame)


class VisitorConsumer(LiveConsumer):
    kind = "visitor"

    async def _who(self, hello):
        try:
            found = await self.hub.reader.visitor(key_of_token(hello.token))
        except (signing.BadSignature, ValueError):
            self.dismiss("bad_token", "This chat could not be opened. Please start a new one.")
            return None
        if found is None:
            self.dismiss("bad_token", "There is no chat yet.")
            return None
        self.person, conversation, length, revision, _ = found
        return ({conversation: length} if conversation else {}), revision

    def _to_show(self, lengths):
        return dict.fromkeys(lengths, 0)

    def _write(self, frame):
        if wait := self.hub.wait_before_writing(self.topic):
            raise Refused(
                "too_many",
                "You are writing very fast; the message is sent in a moment.",
                conversation=frame.conversation,
                id=str(frame.id),
                retry_after_ms=wait,
            )
        super()._write(frame)


class AgentConsumer(LiveConsumer):
    kind = "agent"

    async def _is_welcome(self):
        user = self.scope["user"]
        return user.is_authenticated

    async def _who(self, hello):
        self.session = self.scope["session"].session_key
        self.person = await _agent_of(self.scope["user"])
        _, revision, lengths, is_signed_in, is_permitted = (
            await self.hub.reader.agents([self.person], [self.session])
        )[0]
        if not (is_signed_in and is_permitted):
            self.dismiss("no_permission", "You may not answer visitors.")
            return None
        return {int(conversation): length for conversation, length in lengths.items()}, revision


@database_sync_to_async
def _agent_of(user):
    return Agent.of(user).pk


def _is_our_origin(scope):
    headers = dict(scope["headers"])
    origin = urlsplit(headers.get(b"origin", b"").decode("latin-1"))
    ours = {urlsplit(settings.SITE_URL).netloc, headers.get(b"host", b"").decode("latin-1")}
    return origin.scheme in ("http", "https") and origin.netloc in ours
