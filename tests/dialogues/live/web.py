"""A web process alone, without workers and clock: it starts in a second, and can be told what the product is not."""

from tests.product import Product


class Uvicorn(Product):
    def command(self):
        return ["manage.py", "web"]


class Daphne(Product):
    def command(self):
        return [
            "-m",
            "daphne",
            "-v",
            "0",
            "-b",
            "127.0.0.1",
            "-p",
            str(self.port),
            "chatsite.asgi:application",
        ]
