"""Many sockets cost what they cost while they are open, and nothing afterwards."""

import asyncio
import json

import psutil
import pytest
from django.db import connection
from websockets.asyncio.client import connect

from tests.product import wait_until

OPEN = 500
CYCLES = 1000
ROUNDS = 5


def connections_to_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0]


async def say_hello(web, token):
    socket = await connect(web.url.replace("http", "ws") + "/ws/visitor/", origin=web.url)
    await socket.send(json.dumps({"type": "hello", "version": 1, "token": token}))
    while json.loads(await socket.recv())["type"] != "hello":
        pass
    return socket


async def in_turns(work, number, *, at_once=25):
    gate = asyncio.Semaphore(at_once)

    async def turn():
        async with gate:
            return await work()

    return await asyncio.gather(*(turn() for _ in range(number)))


def test_five_hundred_open_sockets_share_a_handful_of_connections(web, talking, vera):
    before = connections_to_the_database()

    async def main():
        sockets = await in_turns(lambda: say_hello(web, vera.token), OPEN)
        await asyncio.sleep(1.2)  # past a beat of all of them
        during = psutil.Process(web.process.pid).num_fds()
        for socket in sockets:
            socket.transport.abort()
        return during

    assert asyncio.run(main()) >= OPEN
    assert connections_to_the_database() - before <= 6


def test_two_thousand_comings_and_goings_leave_nothing_behind(web, talking, vera):
    process = psutil.Process(web.process.pid)

    async def come_and_go():
        socket = await say_hello(web, vera.token)
        if come_and_go.count % 2:
            await socket.close()
        else:
            socket.transport.abort()
        come_and_go.count += 1

    come_and_go.count = 0
    asyncio.run(in_turns(come_and_go, 300))
    files, grown = process.num_fds(), []
    # A busy machine lets more of them be open at once, and what they took stays with the process: but once only.
    for _ in range(ROUNDS):
        memory = process.memory_info().rss
        asyncio.run(in_turns(come_and_go, CYCLES))
        wait_until(lambda: process.num_fds() <= files + 5)
        grown.append(process.memory_info().rss - memory)
        if len(grown) > 1 and grown[-1] < 4 * 1024 * 1024:
            break

    # A socket that stayed would keep 25 KB: all of a round, 25 MB, in every round.
    assert grown[-1] < 4 * 1024 * 1024


@pytest.mark.parametrize("ending", ["close", "abort"])
def test_a_socket_that_went_away_is_told_nothing_any_more(web, talking, vera, ending):
    async def main():
        sockets = await in_turns(lambda: say_hello(web, vera.token), 20)
        for socket in sockets:
            await socket.close() if ending == "close" else socket.transport.abort()

    process = psutil.Process(web.process.pid)
    # The first ones open the process's own lines to the databases, which stay.
    asyncio.run(main())
    before = process.num_fds()
    asyncio.run(main())

    # A line or two to the database may have been opened for so many at once.
    wait_until(lambda: process.num_fds() <= before + 5)
    assert "Traceback" not in web.why_not()
