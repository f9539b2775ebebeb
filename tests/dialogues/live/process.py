"""What stands for a process with its hub, and for the sockets in it."""

import time

from dialogues.live import hub


class Ear:
    """What the hub sees of a socket."""

    def __init__(self, topic, kind="visitor", person=0, user=None, session=""):
        self.topic, self.kind, self.person = topic, kind, person
        self.user, self.session = user, session
        self.beat_at = time.monotonic() + 60
        self.heard = []

    def send(self, frame):
        self.heard.append(frame)


class Process:
    def __init__(self, loop):
        self.loop = loop
        self.hub = loop.do(hub.here)

    def listen(self, topic, **who):
        ear = Ear(topic, **who)
        self.loop.do(self.hub.join, ear)
        return ear

    def forget(self, ear):
        self.loop.do(self.hub.leave, ear)

    def tell(self, topic, frame):
        self.loop.do(self.hub.tell, [topic], frame)

    def stop(self):
        self.loop.run(self.hub.stop())
