"""Agents as they will be at another moment, or as somebody says they are, in a transaction that is taken back."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, models, transaction

from routing.models import Agent, AgentPresence, Workspace
from routing.models.availability import Switched

LONG = timedelta(days=1)
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


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class AgentsThen:
    """The database's clock cannot be moved, so at another moment every agent's hours are brought to now.

    It is made before anything is locked: of a thousand agents it takes a while.
    """

    def __init__(self, moment, *, by_hand=None, others=Hand.AS_THEY_ARE):
        self.moment, self.by_hand, self.others = moment, by_hand or {}, others
        self._then = self._availability() if moment else None

    @property
    def are_as_now(self):
        return not (self.moment or self.by_hand or self.others)

    def set_up(self, now):
        """Whoever calls this holds the workspace, and takes everything back."""
        self._now = now
        if self._then:
            # Who will have a page open then, nobody knows.
            Workspace.objects.update(only_reachable=False)
            with connection.cursor() as cursor:
                cursor.execute(BRING_TO_NOW, [now - self.moment] * 2 + self._then)
        self._switch(Agent.objects.exclude(pk__in=self.by_hand), self.others)
        for hand in Hand:
            named = [pk for pk, by_hand in self.by_hand.items() if by_hand.hand == hand]
            self._switch(Agent.objects.filter(pk__in=named), hand)

    def _availability(self):
        """Of each agent, as columns: the key, the switch, and when they are available at the moment or next."""
        agents = Agent.objects.prefetch_related("hours_blocks", "hours_exceptions")
        for agent in agents:
            agent.settle_as_of(self.moment)
        return [[getattr(agent, name) for agent in agents] for name in ["pk", *SET]]

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
