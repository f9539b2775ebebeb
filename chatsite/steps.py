import time
from contextlib import contextmanager


class Steps:
    """What is being done, and how long it took."""

    def __init__(self, out):
        self.out = out

    @contextmanager
    def __call__(self, what: str):
        began = time.monotonic()
        yield
        self.say(f"{what:<32}{time.monotonic() - began:6.1f} s")

    def say(self, line: str):
        """At once, for children write to the same place."""
        self.out.write(line)
        self.out.flush()
