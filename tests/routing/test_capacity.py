"""Nobody is over capacity at any instant, whoever asks, answers or changes the limits meanwhile."""

import random
from collections import Counter
from threading import Event

import pytest
from django.db import connection

from routing.models import Agent, Because, LiveChat, Offer, State, TooLate, Workspace
from tests.racing import TIMES, at_once, chances

pytestmark = pytest.mark.django_db(transaction=True)
# In SQL, and in one snapshot: not by the query that is on trial.
LOADS = """
SELECT a.id, (SELECT count(*) FROM routing_livechat l WHERE l.agent_id = a.id AND l.state = 'active')
  + (SELECT count(*) FROM routing_offer o WHERE o.agent_id = a.id AND o.outcome IS NULL),
  least(a.chat_limit, (SELECT chats_per_agent FROM routing_workspace)) FROM routing_agent a
"""


def loads():
    """Load and limit of each agent, by key."""
    with connection.cursor() as cursor:
        cursor.execute(LOADS)
        return {agent: (load, limit) for agent, load, limit in cursor.fetchall()}


def test_nobody_is_over_capacity_at_any_instant(ask, hire):
    agents = [hire(name, chat_limit=2).pk for name in ["Alice", "Bob", "Carol"]]
    chance, is_over, samples = chances(), Event(), []
    seeds = [chance.random() for _ in range(5)]

    def work(chance):
        for _ in range(60 * TIMES):
            open_chats = LiveChat.objects.filter(state__in=[State.OFFERED, State.ACTIVE])
            live_chat = open_chats.order_by("?").first() if chance.random() < 0.55 else None
            try:
                match live_chat and live_chat.state:
                    case None:
                        ask()
                    case State.ACTIVE:
                        live_chat.end(because=Because.VISITOR)
                    case _ if chance.random() < 0.7:
                        live_chat.accept(live_chat.offers.latest("pk").agent)
                    case _:
                        live_chat.decline(live_chat.offers.latest("pk").agent)
            except TooLate:
                pass

    def watch(chance):
        """Changes the limits itself, so that it knows: over its limit a load may stay, but never grow."""
        while not is_over.is_set():
            if chance.random() < 0.5:
                Agent.objects.filter(pk=chance.choice(agents)).update(chat_limit=chance.randint(1, 4))
            else:
                Workspace.objects.update(chats_per_agent=chance.randint(1, 4))
            samples.append(loads())
            for _ in range(5):
                before, now = samples[-1], loads()
                samples.append(now)
                for agent, (load, limit) in now.items():
                    assert load <= max(limit, before[agent][0]), (before, now)

    def work_and_say_so():
        try:
            at_once(*[lambda seed=seed: work(random.Random(seed)) for seed in seeds[1:]])
        finally:
            is_over.set()

    at_once(work_and_say_so, lambda: watch(random.Random(seeds[0])))

    assert len(samples) > 50
    assert any(load == limit > 1 for sample in samples for load, limit in sample.values())
    assert Counter(Offer.objects.values_list("outcome", flat=True)).keys() >= {"accepted", "declined"}
