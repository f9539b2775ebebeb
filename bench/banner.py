"""From the POST of a visitor's last answer until the page of the agent who is asked has its new banner."""

import asyncio
from time import perf_counter
from urllib.parse import urlencode

import msgspec

from bench.line import Line
from bench.load import Load
from bench.people import publish, sign_in
from dialogues.models import Visitor
from routing.models import Method, Route

BANNERS = 30
WARM_UP_BANNERS = 5
SOON_SECONDS = 10


class Heard(msgspec.Struct):
    type: str
    pane: str = ""


decode = msgspec.json.Decoder(Heard).decode


class Banners:
    """One visitor after the other asks, and stops waiting when the banner is there.

    The journey: the answer and the request are committed, the agent's socket hears that a pane has changed, the GET
    of that pane is answered. Its floor is the same journey with nothing in it, each part measured in turns with it:
    two requests that this server answers without looking anything up, two commits of a row, a word through Redis, and
    a word from socket to socket through the bare relay.
    """

    def __init__(self, agents, *, port, relay_port):
        self.port, self.relay_port = port, relay_port
        self.cookies = {agent.pk: sign_in(agent.user) for agent in agents}
        self.stream = publish(Route.objects.to(Method.ROUND_ROBIN), name="Round robin")
        self.answer = {"stream": self.stream.pk, "after": 0, "card": "talk", "given": "yes"}
        self.asked = asyncio.Queue()

    async def __aenter__(self):
        load, relay = Load([], server="web", port=self.port), Load([], server="relay", port=self.relay_port)
        self.loads = [load, relay]
        for agent, cookie in self.cookies.items():
            await load.open("/ws/agent/", self._hear(agent), {}, cookie=cookie)
        self.answered = asyncio.Queue()
        await relay.open("/agent/1", lambda _, text: self.answered.put_nowait(perf_counter()), {})
        self.relayed = await relay.open("/visitor/1", lambda _, text: None, {})
        self.visitor_line, self.agent_line = await Line(self.port).open(), await Line(self.port).open()
        for _ in range(WARM_UP_BANNERS):
            await self._one()
        return self

    async def __aexit__(self, *_):
        for line in (self.visitor_line, self.agent_line):
            line.close()
        for load in self.loads:
            await load.close()

    async def measure(self):
        """Seconds of each: the journeys, the empty requests and the relayed words."""
        found = {"banner": [], "request": [], "push": []}
        for _ in range(BANNERS):
            found["banner"].append(await self._one())
            found["request"].append(await self._empty_request())
            found["push"].append(await self._push())
        return found

    async def _one(self):
        token, began = Visitor().token, perf_counter()
        asking = asyncio.ensure_future(
            self.visitor_line.post("/widget/answer/", urlencode(self.answer), token=token)
        )
        agent = await asyncio.wait_for(self.asked.get(), SOON_SECONDS)
        banner = await self.agent_line.get("/inbox/offers/", cookie=self.cookies[agent])
        took = perf_counter() - began
        if "Accept chat" not in banner:
            raise AssertionError("The agent was told of an offer that the pane does not show.")
        await self._stop_waiting(await asking, token)
        return took

    async def _stop_waiting(self, page, token):
        """So that the next visitor finds every place free."""
        conversation = page.partition('data-conversation="')[2].partition('"')[0]
        await self.visitor_line.post(
            "/widget/cancel/", urlencode({"conversation": conversation}), token=token
        )
        await asyncio.wait_for(self.asked.get(), SOON_SECONDS)

    async def _empty_request(self):
        began = perf_counter()
        await self.agent_line.get("/health/live")
        return perf_counter() - began

    async def _push(self):
        began = perf_counter()
        self.relayed.write(b'{"type":"pane","pane":"offers"}')
        return await asyncio.wait_for(self.answered.get(), SOON_SECONDS) - began

    def _hear(self, agent):
        def hear(_, text):
            heard = decode(text)
            if heard.type == "pane" and heard.pane == "offers":
                self.asked.put_nowait(agent)

        return hear
