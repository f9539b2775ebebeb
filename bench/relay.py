"""A floor: what a visitor writes goes to their agent as it is. No database, no rights, no numbers, no answer."""

import asyncio

import uvloop
from websockets.asyncio.server import serve

agents = {}


async def handle(socket):
    _, kind, agent = socket.request.path.split("/")
    if kind == "agent":
        agents[agent] = socket
        await socket.wait_closed()
    else:
        async for text in socket:
            await agents[agent].send(text)


async def main():
    async with serve(handle, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


if __name__ == "__main__":
    uvloop.run(main())
