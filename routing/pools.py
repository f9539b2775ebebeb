"""Who would be asked next, by each routing option, if a visitor asked for an agent right now."""

import re

from django.db.models import Exists, OuterRef
from django.utils.functional import cached_property

from routing.clock import clock
from routing.models import Account, Agent, AgentPresence, CustomRule, LiveChat, Method, Route, Team, Workspace
from routing.models.agent import PassedOver
from routing.models.decision import counted
from routing.trace import SHOWN_OF_A_POOL

TELLS_A_TIME = re.compile(r"[0-9]|midnight")


class Pools:
    """Only reads, and what it reads is what the routing goes by. `routes` are those that live chat cards name."""

    def __init__(self, routes=()):
        self.workspace, self.now = Workspace.objects.get(), clock()
        self.routes = routes

    @cached_property
    def all(self):
        return [
            *self._of_accounts(),
            self._round_robin(),
            *self._of_teams(),
            *self._of_rules(),
            *self._of_agents(),
        ]

    def __getitem__(self, key):
        """The pool of this key. Raises KeyError."""
        return {pool.key: pool for pool in self.all}[key]

    @property
    def has_teams(self):
        return any(pool.key.startswith("team-") for pool in self.all)

    @property
    def has_rules(self):
        return any(pool.key.startswith("rule-") for pool in self.all)

    @cached_property
    def agents(self):
        """Everybody in turn, as they are considered for a chat that does not exist yet."""
        is_here = Exists(AgentPresence.objects.here().filter(agent=OuterRef("pk")))
        considered = Agent.objects.considered_for(LiveChat(), self.workspace).annotate(is_here=is_here)
        return list(considered)

    def _of_accounts(self):
        if self.workspace.routes_accounts:
            owners = Agent.objects.filter(pk__in=Account.objects.values("agent"))
            yield self._pool(
                "accounts", "Account routing", owners, note="Visitors of a company go to its owner."
            )

    def _round_robin(self):
        return self._pool("round-robin", "Round robin", Agent.objects.permitted())

    def _of_teams(self):
        for team in Team.objects.all():
            is_in_plan = Route(method=Method.TEAM, team=team).is_part_of(self.workspace.plan)
            note = "" if is_in_plan else f"The {self.workspace.get_plan_display()} plan has no teams."
            yield self._pool(f"team-{team.pk}", f"Team “{team}”", team.members.all(), of=team, note=note)

    def _of_rules(self):
        for rule in CustomRule.objects.all():
            yield self._pool(f"rule-{rule.pk}", f"Custom rule “{rule}”", rule.pool, of=rule)

    def _of_agents(self):
        for route in self.routes:
            if route.method == Method.AGENT:
                agents = Agent.objects.filter(pk=route.agent_id)
                yield self._pool(f"agent-{route.agent_id}", f"Agent “{route.agent}”", agents)

    def _pool(self, key, name, agents, **more):
        members = set(agents.values_list("pk", flat=True))
        return Pool(self, key, name, [agent for agent in self.agents if agent.pk in members], **more)


class Pool:
    """The agents to whom an option leads: first who can be asked, in turn, then the others."""

    def __init__(self, pools, key, name, agents, *, of=None, note=""):
        self.key, self.name, self.of, self.note = key, name, of, note
        able = [agent for agent in agents if not agent.passed_over]
        self.rows = [Row(pools, agent, place) for place, agent in enumerate(able, 1)]
        self.able = len(able)
        self.rows += [Row(pools, agent) for agent in agents if agent.passed_over]

    @property
    def first_rows(self):
        return self.rows[:SHOWN_OF_A_POOL]

    @property
    def more(self):
        return len(self.rows) - len(self.first_rows)

    @property
    def next(self):
        return self.rows[0].agent if self.able else None

    @property
    def change_page(self):
        """The name of the page on which agents are added to it."""
        return f"admin:routing_{self.of._meta.model_name}_change"

    @property
    def passed_over(self):
        """Why the others are passed over, with how many of each."""
        return counted([row.agent.passed_over for row in self.rows[self.able :]])


class Row:
    """An agent in a pool; `place` says who is how far from being asked."""

    def __init__(self, pools, agent, place=None):
        self.agent, self.place, self._pools = agent, place, pools

    @property
    def availability(self):
        is_reachable = self.agent.is_here or not self._pools.workspace.only_reachable
        words = self.agent.in_words(self._pools.now, own=False, is_reachable=is_reachable)
        # Their times are those of the agent's zone, whoever reads them.
        return f"{words} ({self.agent.zone.key})" if TELLS_A_TIME.search(words) else words

    @property
    def reason(self):
        """Why they are passed over although they are available."""
        if self.agent.passed_over in [PassedOver.NO_PERMISSION, PassedOver.FULL]:
            return f"Passed over: {PassedOver(self.agent.passed_over).in_words}"
        return ""
