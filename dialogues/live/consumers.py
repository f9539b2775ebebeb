"""What a visitor's and an agent's socket understand. Nothing here touches the ORM or a template: frames come in, the
hub's writer and reader do the rest."""

from time import monotonic

import psycopg
from django.conf import settings
from django.core import signing

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
from dialogues.live.sockets import GOOD_BYE, TOO_LARGE, TRY_AGAIN, Socket
from dialogues.live.writer import Line
from dialogues.models.visitor import key_of_token

TYPING_EVERY_SECONDS = 1
WORDS = {
    "ended": "The chat has ended.",
    "not_yours": "You cannot write in this chat.",
    "unknown": "There is no such chat.",
    "taken": "This message could not be sent. Please write it again.",
    "invalid": "This message has something in it that cannot be stored.",
    "busy": "The server is busy; the message is sent again in a moment.",
}


class LiveConsumer(Socket):
    kind = other_kind = None

    def __init__(self):
        super().__init__()
        self.person = None
        self.typed_at, self.others = 0, {}

    async def _receive(self, text):
        if self.closing:
            return
        try:
            if text is None:
                raise Refused("malformed", "Frames are JSON in text.")
            if len(text) > LARGEST_READ:
                self._close(TOO_LARGE)
                return
            await self._take(decode(text))
        except Refused as refused:
            self.send(encode(**refused.frame))
        except psycopg.Error:
            if self.topic is None:
                self._close(TRY_AGAIN)
            # The page reads again at the next beat, or on a socket it opens after two without one.
            self.send(encode(type="refused", reason="busy", text=WORDS["busy"], retry_after_ms=1000))

    async def _take(self, frame):
        if isinstance(frame, Hello) == bool(self.topic):
            raise Refused("malformed", "Say hello first, and once.")
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
        if frame.version not in SPOKEN_VERSIONS:
            self.send(encode(type="reload"))
            self._close(GOOD_BYE, after_all_is_sent=True)
            return
        found = await self._who(frame)
        if found is None or self.closing:
            return
        lengths, revision = found
        self.hello_timer.cancel()
        self.topic = f"{self.kind}:{self.person}"
        # Soon: what was said since these lengths were read, nobody told this socket.
        self.beat_at = monotonic()
        self.hub.join(self)
        self.send(
            encode(
                type="hello",
                version=VERSION,
                revision=revision,
                beat_seconds=settings.BEAT_SECONDS,
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
            Line(frame.conversation, frame.id, self.kind, self.person, frame.body, self._written, socket=self)
        )

    def _written(self, line, verdict):
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
        if other is None or now - asked_at > settings.BEAT_SECONDS:
            other = await self.hub.reader.other_side(self.kind, self.person, conversation)
            self.others = {conversation: (other, now)}
        if other:
            frame = encode(type="typing", conversation=conversation, author=self.kind)
            self.hub.tell([f"{self.other_kind}:{other}"], frame)


class VisitorConsumer(LiveConsumer):
    kind, other_kind = "visitor", "agent"

    async def _who(self, hello):
        try:
            found = await self.hub.reader.visitor(key_of_token(hello.token))
        except (signing.BadSignature, ValueError):
            self.dismiss("bad_token", "This chat could not be opened. Please start a new one.")
            return None
        if found is None:
            self.dismiss("bad_token", "There is no chat yet.")
            return None
        self.person, conversation, length, revision = found
        return ({conversation: length} if conversation else {}), revision

    def _to_show(self, lengths):
        return dict.fromkeys(lengths, 0)

    def _write(self, frame):
        if wait := self.hub.limit.wait_ms(self.topic):
            raise Refused(
                "too_many",
                "You are writing very fast; the message is sent in a moment.",
                conversation=frame.conversation,
                id=str(frame.id),
                retry_after_ms=wait,
            )
        super()._write(frame)


class AgentConsumer(LiveConsumer):
    kind, other_kind = "agent", "visitor"

    def _is_welcome(self):
        self.user, self.session = self.scope["user"], self.scope["session"].session_key
        return self.user.is_authenticated

    async def _who(self, hello):
        [agent] = await self.hub.reader.agents([(self.user.pk, self.session)])
        if not agent.is_signed_in or agent.password != self.user.password:
            self.dismiss("signed_out", "You are signed out.")
            return None
        if not agent.is_permitted:
            self.dismiss("no_permission", "You may not answer visitors.")
            return None
        self.person = agent.key
        return {int(conversation): length for conversation, length in agent.lengths.items()}, agent.revision
