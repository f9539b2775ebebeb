"""The frames of the message plane as typed structs; docs/protocol.md says what each means."""

import json
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from dialogues.models.message import LONGEST_MESSAGE

VERSION = 1
SPOKEN_VERSIONS = (VERSION, VERSION - 1)
# Bytes: over the first a frame is refused politely, over the second the socket is closed.
LARGEST_FRAME = 32 * 1024
LARGEST_READ = 64 * 1024
PAGE = 200
# Brackets within brackets, a thousand deep, end in the last of these.
NOT_UNDERSTOOD = (msgspec.DecodeError, UnicodeError, RecursionError)

# A key of a row; Postgres's bigint ends before a careless client's numbers do.
Key = Annotated[int, Meta(ge=1, le=2**53)]
Position = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Frame(Struct, tag_field="type", forbid_unknown_fields=True):
    pass


class Hello(Frame, tag="hello"):
    version: int
    token: Annotated[str, Meta(max_length=200)] = ""
    after: Annotated[dict[Key, Position], Meta(max_length=100)] = {}


class Message(Frame, tag="message"):
    conversation: Key
    id: UUID
    body: str


class Read(Frame, tag="read"):
    conversation: Key
    after: Position


class Typing(Frame, tag="typing"):
    conversation: Key


class Refused(Exception):
    """The frame cannot be taken. `reason` is for programs, the text for people."""

    def __init__(self, reason, text, **about):
        super().__init__(text)
        self.frame = {"type": "refused", "reason": reason, "text": text, **about}


class _About(Struct):
    conversation: Key
    id: UUID


_decoder = msgspec.json.Decoder(Hello | Message | Read | Typing)


def decode(text: str) -> Hello | Message | Read | Typing:
    """The frame in a text that a client sent. Raises Refused."""
    if len(text.encode()) > LARGEST_FRAME:
        raise Refused("too_large", "This is too large to send.", **_about(text))
    try:
        frame = _decoder.decode(text)
    except NOT_UNDERSTOOD as error:
        raise Refused("malformed", f"This was not understood: {error}"[:200], **_about(text)) from error
    if isinstance(frame, Message):
        _check(frame)
    return frame


def _about(text):
    """Which message it was, where that can be read: its sender can then let go of it."""
    try:
        # Python's own decoder, for it also reads what cannot be stored, such as half a character.
        about = msgspec.convert(json.loads(text), _About)
    except (*NOT_UNDERSTOOD, ValueError):
        return {}
    return {"conversation": about.conversation, "id": str(about.id)}


def encode(**frame) -> str:
    return msgspec.json.encode(frame).decode()


def message_frame(conversation, position, client_id, author, body, at, *, html="") -> str:
    # Only what the server itself says may have markup: what people type carries no byte more.
    markup = {"html": html} if html else {}
    return encode(
        type="message",
        conversation=conversation,
        position=position,
        id=client_id,
        author=author,
        body=body,
        at=at,
        **markup,
    )


def _check(frame):
    about = {"conversation": frame.conversation, "id": str(frame.id)}
    if not frame.body.strip():
        raise Refused("invalid", "An empty message cannot be sent.", **about)
    if len(frame.body) > LONGEST_MESSAGE:
        raise Refused("invalid", f"A message has at most {LONGEST_MESSAGE:,} characters.", **about)
    # Postgres stores neither of these; what cannot be stored is refused before it can spoil a batch.
    if "\0" in frame.body or any("\ud800" <= sign <= "\udfff" for sign in frame.body):
        raise Refused("invalid", "This message has characters that cannot be stored.", **about)
