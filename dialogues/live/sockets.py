"""An open socket: how it opens, sends without waiting for whoever reads slowly, and closes."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from dialogues.live import hub
from dialogues.live.frames import encode

HELLO_WITHIN_SECONDS = 10
# A reader who is further behind than this is cut off, and resumes by position. One batch of the writer fits in,
# with the answer to each message beside it: whoever reads at all is not cut off.
LONGEST_OUTGOING = 2048
LARGEST_OUTGOING = 1024 * 1024
# Of the codes that are free to use: daphne sends no others.
GOOD_BYE, TOO_LARGE, TRY_AGAIN = 4000, 4009, 4013


class Socket(AsyncConsumer):
    def __init__(self):
        self.topic = None
        self.closing = False
        self.outgoing, self.outgoing_size = asyncio.Queue(LONGEST_OUTGOING), 0
        self.sender = self.hello_timer = None

    async def __call__(self, scope, receive, send):
        # Channels' own makes a task for each message, and hops to the one thread of the process before it: nothing
        # here needs either.
        self.scope, self.base_send = scope, send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        finally:
            # However it ended, nothing of it stays behind.
            self._disconnect()

    async def dispatch(self, message):
        match message["type"]:
            case "websocket.connect":
                await self._connect()
            case "websocket.receive":
                await self._receive(message.get("text"))
            case "websocket.disconnect":
                raise StopConsumer

    # What the hub calls

    def send(self, frame):
        """Queues a frame. Who reads too slowly is cut off, so that memory stays bounded."""
        if self.closing:
            return
        # One page alone may be larger, or it would never arrive.
        is_too_much = self.outgoing_size and self.outgoing_size + len(frame) > LARGEST_OUTGOING
        if is_too_much or self.outgoing.full():
            self._close(TRY_AGAIN)
            return
        self.outgoing_size += len(frame)
        self.outgoing.put_nowait(frame)

    def dismiss(self, reason, text):
        """Says why, and closes for good."""
        self.send(encode(type="bye", reason=reason, text=text))
        self._close(GOOD_BYE, after_all_is_sent=True)

    # Inside

    async def _connect(self):
        if not _is_our_origin(self.scope) or not self._is_welcome():
            await self.base_send({"type": "websocket.close", "code": GOOD_BYE})
            raise StopConsumer
        self.hub = hub.here()
        await self.base_send({"type": "websocket.accept"})
        self.sender = asyncio.create_task(self._send_forever())
        self.hello_timer = asyncio.get_running_loop().call_later(HELLO_WITHIN_SECONDS, self._close, GOOD_BYE)

    def _is_welcome(self):
        return True

    def _disconnect(self):
        self.closing = True
        for work in (self.hello_timer, self.sender):
            if work:
                work.cancel()
        self._leave()

    def _leave(self):
        if self.topic:
            self.hub.leave(self)
            self.topic = None

    async def _send_forever(self):
        # The line may be gone before we hear of it.
        with suppress(OSError, RuntimeError):
            while True:
                frame = await self.outgoing.get()
                if isinstance(frame, int):
                    await self.base_send({"type": "websocket.close", "code": frame})
                    return
                self.outgoing_size -= len(frame)
                await self.base_send({"type": "websocket.send", "text": frame})

    def _close(self, code, *, after_all_is_sent=False):
        if self.closing:
            return
        self.closing = True
        self._leave()
        if not after_all_is_sent:
            while not self.outgoing.empty():
                self.outgoing.get_nowait()
        if self.outgoing.full():
            self.outgoing.get_nowait()
        self.outgoing.put_nowait(code)


def _is_our_origin(scope):
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    try:
        origin, site = urlsplit(headers.get(b"origin", "")), urlsplit(settings.SITE_URL)
    except ValueError:
        return False
    # A name that somebody pointed at us is not ours for that.
    is_ours = validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
    ours = {site.netloc, host} if is_ours else {site.netloc}
    schemes = {site.scheme, "https"}
    return bool(origin.netloc) and origin.netloc in ours and origin.scheme in schemes
