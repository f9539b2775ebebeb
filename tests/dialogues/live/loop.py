"""An event loop in a thread of its own, so that a test can be one sentence after the other."""

import asyncio
import threading
from contextlib import contextmanager


class Loop:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine, *, within=10):
        """What the coroutine returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(within)

    def do(self, function, *arguments):
        """What the function returns, called inside the loop."""

        async def call():
            return function(*arguments)

        return self.run(call())

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@contextmanager
def running_loop():
    loop = Loop()
    try:
        yield loop
    finally:
        loop.close()
