"""The floors below the message plane that are no sockets: one row committed, one word through Redis."""

from time import perf_counter

import psycopg
import redis

WINDOW_SECONDS = 1.0


class Commits:
    """One prepared INSERT and its commit, on one connection, in the product's own database."""

    def __init__(self, conninfo):
        self.connection = psycopg.connect(conninfo, autocommit=True)
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_floor (id bigserial PRIMARY KEY, body text)"
        )

    def measure(self):
        statement, body = "INSERT INTO bench_floor (body) VALUES (%s)", ["A message as people write them."]
        return repeat(lambda: self.connection.execute(statement, body, prepare=True))

    def close(self):
        self.connection.close()


class Publishes:
    """A word published on one connection until it is heard on another."""

    CHANNEL = "bench:floor"

    def __init__(self, url):
        self.client = redis.Redis.from_url(url)
        self.subscription = self.client.pubsub(ignore_subscribe_messages=True)
        self.subscription.subscribe(self.CHANNEL)
        self.subscription.get_message(timeout=1)

    def measure(self):
        def publish():
            self.client.publish(self.CHANNEL, "A message as people write them.")
            while self.subscription.get_message(timeout=1) is None:
                pass

        return repeat(publish)

    def close(self):
        self.subscription.close()
        self.client.close()


def repeat(act):
    """How many seconds each took, for as long as the window is open."""
    seconds, now = [], perf_counter()
    until = now + WINDOW_SECONDS
    while now < until:
        began = now
        act()
        now = perf_counter()
        seconds.append(now - began)
    return seconds
