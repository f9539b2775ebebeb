"""A real writer in a loop of its own, and what came of what was given to it."""

import uuid
from concurrent.futures import Future

from dialogues.live.writer import Line, Writer


class Pen:
    def __init__(self, loop):
        self.loop, self.told, self.late = loop, [], None
        self.writer = loop.do(Writer, lambda line, verdict: self.told.append((line, verdict)))

    def write(self, conversation, author, body="Hello", *, client_id=None):
        """The verdict on one message."""
        return self.put((conversation, author, body, client_id))[0].result(20)

    def write_all(self, *messages):
        """The verdicts on messages that arrive at the same moment, and so go into one batch."""
        return [future.result(20) for future in self.put(*messages)]

    def put(self, *messages):
        futures, lines = [], []
        for conversation, author, body, *client_id in messages:
            future = Future()
            key = (client_id and client_id[0]) or uuid.uuid4()
            kind = type(author).__name__.lower()
            futures.append(future)
            lines.append(
                Line(
                    conversation,
                    key,
                    kind,
                    author.pk,
                    body,
                    lambda _, verdict, to=future: to.set_result(verdict),
                )
            )
        self.loop.loop.call_soon_threadsafe(lambda: [self.writer.write(line) for line in lines])
        return futures

    def stop(self):
        self.loop.run(self.writer.stop())
