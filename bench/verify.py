"""Reads everything back through the small client: each message is there once, in the order it was written in."""

import asyncio
from collections import defaultdict

from bench.client import Client

READ_WITHIN_SECONDS = 60
AGENTS_AT_ONCE = 10


async def find_faults(chats, written, *, port) -> list[str]:
    """A sentence if there are conversations that do not hold exactly what their visitors wrote."""
    lengths = {chat.conversation: chat.length for chat in chats}
    by_cookie = defaultdict(list)
    for chat in chats:
        by_cookie[chat.cookie].append(chat.conversation)
    turn = asyncio.Semaphore(AGENTS_AT_ONCE)
    read = defaultdict(list)

    def show(conversation, message):
        if message["position"] > lengths[conversation]:
            read[conversation].append(message["id"])

    async def read_as(cookie, conversations):
        async with turn, Client(f"ws://localhost:{port}/ws/agent/", cookie=cookie, show=show):
            deadline = asyncio.get_running_loop().time() + READ_WITHIN_SECONDS
            while any(len(read[each]) < len(written[each]) for each in conversations):
                if asyncio.get_running_loop().time() > deadline:
                    return
                await asyncio.sleep(0.02)

    await asyncio.gather(*(read_as(cookie, conversations) for cookie, conversations in by_cookie.items()))
    wrong = [conversation for conversation in lengths if read[conversation] != written[conversation]]
    if not wrong:
        return []
    first = wrong[0]
    return [
        f"{len(wrong)} conversations do not hold what was written in the order it was written, the first of them "
        f"{first}: {len(written[first])} messages were written, {len(read[first])} read."
    ]
