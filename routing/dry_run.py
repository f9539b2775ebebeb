"""What would become of a request for an agent, found out by making it and taking everything back."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import connection, models, transaction
from django.db.models import F, Q

from routing.clock import clock
from routing.models import Agent, AgentPresence, Decision, LiveChat, Offer, Route, State, Workspace
from routing.models.availability import Switched
from routing.models.live_chat import ACCEPT_WITHIN_SECONDS
from routing.trace import Trace

ONE_OFFER = timedelta(seconds=ACCEPT_WITHIN_SECONDS)
LONG = timedelta(days=1)
# More than all tries together take.
AT_LONGEST = timedelta(hours=1)
SET = ["switched", "switched_at", "is_set_away", "available_from", "available_until"]
BRING_TO_NOW = """
UPDATE routing_agent a SET switched = x.switched, switched_at = x.switched_at, is_set_away = x.is_set_away,
  available_from = x.available_from + %s, available_until = x.available_until + %s
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::boolean[], %s::timestamptz[], %s::timestamptz[])
  x(id, switched, switched_at, is_set_away, available_from, available_until)
WHERE a.id = x.id
"""


class Hand(models.TextChoices):
    """What somebody who tries the routing says about an agent."""

    AS_THEY_ARE = "", "As hours and switch say"
    AVAILABLE = "available", "Available"
    AWAY = "away", "Away"


@dataclass(frozen=True)
class ByHand:
    """An agent's state and number of chats in a dry run; without a number, as many as they have."""

    hand: Hand = Hand.AS_THEY_ARE
    chats: int | None = None


class DryRun:
    """A request by this route, of which every offer runs out, in a transaction that is always rolled back.

    It is the very code that routes. The database's clock cannot be moved, so the rows are moved instead: at another
    moment every agent's hours are brought to now, and while an offer runs out everything else grows older.
    """

    def __init__(
        self, route, *, attributes, fallback=None, moment=None, by_hand=None, others=Hand.AS_THEY_ARE
    ):
        self.attributes, self.fallback, self.moment = attributes, fallback, moment
        self.by_hand, self.others = by_hand or {}, others
        self._passed = timedelta()
        # Before anything is locked: of a thousand agents it takes a while.
        then = self._availability_then() if moment else None
        with _taken_back():
            self._run(route, then)

    def _run(self, route, then):
        self._workspace = Workspace.objects.lock().get()
        self._now = clock()
        self._set_up_agents(then)
        self._set_up_chats()
        # Nobody may have named this option yet.
        route = Route.objects.to(route.method, agent=route.agent, team=route.team)
        live_chat = LiveChat.request(
            visitor_key=uuid4(), route=route, attributes=self.attributes, fallback=self.fallback
        )
        while live_chat.state == State.OFFERED:
            self._let_an_offer_run_out(live_chat)
        live_chat.refresh_from_db()
        self.live_chat = live_chat
        self.trace = Trace(live_chat, ahead=(self.moment or self._now) - self._now + self._passed)
        # Read before it is gone.
        self.asked = [offer.agent.name for offer in live_chat.offers.select_related("agent").order_by("pk")]
        self.entries = self.trace.entries
        self.which_fallback_message = self.entries[-1].because[-1]

    # When agents take chats

    def _availability_then(self):
        """Of each agent, as columns: the key, the switch, and when they are available at the moment or next."""
        agents = Agent.objects.prefetch_related("hours_blocks", "hours_exceptions")
        for agent in agents:
            agent.settle_as_of(self.moment)
        return [[getattr(agent, name) for agent in agents] for name in ["pk", *SET]]

    def _set_up_agents(self, then):
        if then:
            # Who will have a page open then, nobody knows.
            Workspace.objects.update(only_reachable=False)
            with connection.cursor() as cursor:
                cursor.execute(BRING_TO_NOW, [self._now - self.moment] * 2 + then)
        self._switch(Agent.objects.exclude(pk__in=self.by_hand), self.others)
        for hand in Hand:
            named = [pk for pk, by_hand in self.by_hand.items() if by_hand.hand == hand]
            self._switch(Agent.objects.filter(pk__in=named), hand)

    def _switch(self, agents, hand):
        put = {"switched_at": self._now, "is_set_away": False}
        match hand:
            case Hand.AVAILABLE:
                window = {"available_from": self._now - LONG, "available_until": self._now + LONG}
                agents.update(switched=Switched.AVAILABLE, **put, **window)
                self._bring_here(agents)
            case Hand.AWAY:
                agents.update(switched=Switched.AWAY, available_from=None, available_until=None, **put)

    def _bring_here(self, agents):
        # In key order, as pages write them down.
        keys = agents.order_by("pk").values_list("pk", flat=True)
        AgentPresence.objects.bulk_create(
            [AgentPresence(agent_id=key, until=self._now + LONG) for key in keys],
            update_conflicts=True,
            unique_fields=["agent"],
            update_fields=["until"],
        )

    # How many chats they have

    def _set_up_chats(self):
        wanted = {pk: hand.chats for pk, hand in self.by_hand.items() if hand.chats is not None}
        more = [
            self._active_chat(agent)
            for agent in Agent.objects.with_load().filter(pk__in=wanted)
            for _ in range(wanted[agent.pk] - agent.load)
        ]
        if more and self._workspace.has_engagement_left():
            # These chats are no engagements.
            Workspace.objects.update(engagement_limit=F("engagement_limit") + len(more))
        LiveChat.objects.bulk_create(more)
        fewer = [
            agent
            for agent in Agent.objects.with_load().filter(pk__in=wanted)
            if agent.load > wanted[agent.pk]
        ]
        if fewer:
            stand_in = _stand_in()
            for agent in fewer:
                _lend(agent, stand_in, agent.load - wanted[agent.pk])

    def _active_chat(self, agent):
        return LiveChat(
            visitor_key=uuid4(),
            route=Route.objects.to("round_robin"),
            state=State.ACTIVE,
            agent=agent,
            requested_at=self._now,
            accepted_at=self._now,
        )

    # How time passes

    def _let_an_offer_run_out(self, live_chat):
        mine = {"live_chat": live_chat}
        _grow_older(Offer.objects.filter(**mine), "made_at", "expires_at", "closed_at")
        _grow_older(Decision.objects.filter(**mine), "made_at")
        _grow_older(LiveChat.objects.filter(pk=live_chat.pk), "requested_at")
        # Only for these it makes a difference.
        soon = (self._now, self._now + AT_LONGEST)
        begin_or_end = Q(available_from__range=soon) | Q(available_until__range=soon)
        _grow_older(Agent.objects.filter(begin_or_end), "available_from", "available_until")
        self._passed += ONE_OFFER
        live_chat.expire_offer()


@contextmanager
def _taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _grow_older(rows, *fields):
    rows.update(**{field: F(field) - ONE_OFFER for field in fields})


def _stand_in():
    """Somebody who takes over the chats that an agent is said not to have."""
    user = get_user_model().objects.create(username=f"stand-in {uuid4()}")
    return Agent.objects.create(user=user, name="Stand-in")


def _lend(agent, stand_in, count):
    """Whoever decides about one of these chats holds it, and may wait for the workspace: those are left alone."""
    free = LiveChat.objects.select_for_update(no_key=True, of=("self",), skip_locked=True).order_by("pk")
    active = [chat.pk for chat in free.active().filter(agent=agent)[:count]]
    LiveChat.objects.filter(pk__in=active).update(agent=stand_in)
    asked = free.filter(pk__in=Offer.objects.open().filter(agent=agent).values("live_chat"))
    offered = [chat.pk for chat in asked[: count - len(active)]]
    Offer.objects.open().filter(live_chat__in=offered, agent=agent).update(agent=stand_in)
