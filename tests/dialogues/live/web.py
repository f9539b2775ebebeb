"""A web process alone, without workers and clock: it starts in a second, and can be told what the product is not."""

import http.client
from contextlib import closing

from tests.product import Product


class Web(Product):
    def start(self):
        try:
            return super().start()
        except BaseException:
            self.process.kill()
            raise

    def is_ready(self):
        """The whole product is ready only with its workers and its clock."""
        assert self.process.poll() is None, self.why_not()
        with closing(http.client.HTTPConnection("localhost", self.port, timeout=2)) as line:
            try:
                line.request("GET", "/health/live")
                return line.getresponse().status == 200
            except OSError:
                return False


class Uvicorn(Web):
    def command(self):
        return ["manage.py", "web"]


class Daphne(Web):
    def command(self):
        where = ["-b", "127.0.0.1", "-p", str(self.port)]
        return ["-m", "daphne", "-v", "0", *where, "chatsite.asgi:application"]
