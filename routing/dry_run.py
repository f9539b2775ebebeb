"""What would become of a request for an agent, found out by making it and taking everything back."""

from datetime import timedelta
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db.models import F, Q

from routing.agents_then import AgentsThen, ByHand, Hand, taken_back
from routing.clock import clock
from routing.models import Agent, Decision, LiveChat, Offer, Route, State, Workspace
from routing.models.live_chat import ACCEPT_WITHIN_SECONDS
from routing.trace import Trace

ONE_OFFER = timedelta(seconds=ACCEPT_WITHIN_SECONDS)
# More than all tries together take.
AT_LONGEST = timedelta(hours=1)


class DryRun:
    """A request by this route, of which every offer runs out, in a transaction that is always rolled back.

    It is the very code that routes. The database's clock cannot be moved, so the rows are moved instead: at another
    moment every agent's hours are brought to now, and while an offer runs out everything else grows older.
    """

    def __init__(
        self, route, *, attributes, fallback=None, moment=None, by_hand=None, others=Hand.AS_THEY_ARE
    ):
        self.attributes, self.fallback, self.moment = attributes, fallback, moment
        self.by_hand = by_hand or {}
        self._passed = timedelta()
        agents = AgentsThen(moment, by_hand=self.by_hand, others=others)
        with taken_back():
            self._run(route, agents)

    def _run(self, route, agents):
        self._workspace = Workspace.objects.lock().get()
        self._now = clock()
        agents.set_up(self._now)
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


__all__ = ["ByHand", "DryRun", "Hand"]
