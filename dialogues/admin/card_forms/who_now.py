"""Who would get a live chat that comes to a card right now."""

from functools import cached_property

from routing.models import CustomRule, Method
from routing.models.fallback_message import standard_in
from routing.pools import Pools
from routing.rich_text import as_text


class WhoNow:
    """It reads the queues that the routing goes by, for a visitor of whom nothing is known."""

    def __init__(self, route):
        self.route, self.pools = route, Pools([route])

    @cached_property
    def sentences(self):
        workspace = self.pools.workspace
        found = ["Visitors of a company go to its owner first."] if workspace.routes_accounts else []
        if not self.route.is_part_of(workspace.plan):
            return [*found, f"Nobody: the {workspace.get_plan_display()} plan has no teams."]
        if self.route.is_by_rules:
            return [*found, *self._by_rules]
        return [*found, self._in_turn(self.pools[self._key], self.route.tries(workspace))]

    @cached_property
    def fallback(self):
        """What the visitor reads if nobody comes, unless the dialogue has a message of its own."""
        named = [self.route.team and self.route.team.fallback_message, self.pools.workspace.fallback_message]
        text = next((text for text in (message.text_in("") for message in named if message) if text), None)
        return as_text(text.html) if text else standard_in("")

    @property
    def _key(self):
        match self.route.method:
            case Method.AGENT:
                return f"agent-{self.route.agent_id}"
            case Method.TEAM:
                return f"team-{self.route.team_id}"
        return "round-robin"

    @property
    def _by_rules(self):
        tries = self.route.tries(self.pools.workspace)
        rules = [
            f"Rule “{rule}”: {self._in_turn(self.pools[f'rule-{rule.pk}'], tries)}"
            for rule in CustomRule.objects.all()
        ]
        return rules or ["Nobody: there is no custom rule yet."]

    def _in_turn(self, pool, tries):
        able = [row.agent.name for row in pool.rows[: min(pool.able, tries)]]
        if not able:
            return "Nobody right now."
        return ", then ".join(able) + "."
