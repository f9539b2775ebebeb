"""Who is asked next for a live chat, and why. What is shown, tried and carried out comes from here."""

from functools import cached_property

from routing.models.account import Account
from routing.models.agent import Agent
from routing.models.custom_rule import CustomRule
from routing.models.decision import counted
from routing.models.offer import Offer, Step
from routing.models.route import Method, Route

# Who else could have been asked, and why not, is read of the next few; a thousand would only fill the database.
KEPT_AFTER_THE_CHOSEN = 20


class Choice:
    """Where it is looked for an agent, in order, until somebody can be asked.

    It only reads: for who must not act upon what may have changed meanwhile there is `locked`.
    """

    def __init__(self, live_chat, workspace):
        self.live_chat, self.workspace, self.route = live_chat, workspace, live_chat.route
        # Sentences: what was gone through, and what was found there.
        self.because = []
        self.considered, self.chosen, self.step, self.is_led_somewhere = [], None, None, False
        self._choose()

    @classmethod
    def locked(cls, live_chat, workspace):
        """The choice, and the chosen agent locked: what was read of them is true until the commit.

        The workspace is held, so nobody else gives places out; but people switch, and managers change things.
        """
        while True:
            choice = cls(live_chat, workspace)
            if choice.chosen is None:
                return choice
            one = Agent.objects.filter(pk=choice.chosen.pk)
            one.lock().get()
            # A statement of its own, which sees what the lock waited for.
            if not one.considered_for(live_chat, workspace).get().passed_over:
                return choice

    @property
    def as_record(self):
        return [
            {
                "agent": agent.pk,
                "name": agent.name,
                "step": agent.step,
                "load": agent.load,
                "limit": agent.limit,
                "passed_over": agent.passed_over,
            }
            for agent in self.considered
        ]

    def _choose(self):
        for step in self._steps():
            pool = self._pool(step)
            if pool is None:
                continue
            self.is_led_somewhere = True
            # Of a thousand agents the rest would take longer to read than to find.
            agents = list(pool.considered_for(self.live_chat, self.workspace).only("name"))
            for agent in agents:
                agent.step = step
            place = next((place for place, agent in enumerate(agents) if not agent.passed_over), None)
            if place is None:
                self.considered += agents
                continue
            self.step, self.chosen = step, agents[place]
            self._consider(agents, first=place + 1 + KEPT_AFTER_THE_CHOSEN)
            return

    def _consider(self, agents, *, first):
        """Keeps the first with their names; how many the others are, it only says."""
        self.considered += agents[:first]
        if rest := [agent.passed_over for agent in agents[first:]]:
            self.because.append(f"Later in turn came {len(rest)} more: {counted(rest)}.")

    def _steps(self):
        """Where there are tries left. What comes before the card's own option takes none of its tries."""
        routes_accounts = self.workspace.routes_accounts and not self._is_to_take_over
        if routes_accounts and not any(self._asked.values()):
            yield Step.ACCOUNT
        asked = self._asked[Step.OPTION]
        if asked < self.route.tries(self.workspace):
            yield Step.OPTION
        else:
            self.because.append(f"{_times(asked)} by {self.route}, which is all that is tried.")
        # Only where the option led to nobody (Adobe Dynamic Chat, "Routing"), or has lost its agent.
        if (self.workspace.overflow and not asked) or self._is_to_take_over:
            yield from self._overflow(self._asked[Step.OVERFLOW])

    def _overflow(self, asked):
        all_agents = Route(method=Method.ROUND_ROBIN)
        if asked < all_agents.tries(self.workspace):
            yield Step.OVERFLOW
        else:
            self.because.append(f"{_times(asked)} by {all_agents}, which is all that is tried.")

    def _pool(self, step):
        """The agents to whom this step leads, or None if it leads nowhere."""
        match step:
            case Step.ACCOUNT:
                return self._account_s_owner()
            case Step.OVERFLOW:
                self.because.append("All agents by round robin, because nobody was found before.")
                return Agent.objects.permitted()
        match self.route.method:
            case Method.ROUND_ROBIN:
                self.because.append("The live chat card asks all agents by round robin.")
                return Agent.objects.permitted()
            case Method.AGENT:
                self.because.append(f"The live chat card asks {self.route.agent}.")
                return Agent.objects.filter(pk=self.route.agent_id)
            case Method.TEAM:
                self.because.append(f"The live chat card asks team {self.route.team} by round robin.")
                return Agent.objects.filter(teams=self.route.team_id)
            case Method.CUSTOM_RULES:
                return self._rule_s_pool()

    def _account_s_owner(self):
        email = self.live_chat.attributes.get("email")
        account = Account.objects.of_email(email)
        if account is None:
            what = f"has the domain of {email}" if email else "can be found, for no email address is known"
            self.because.append(f"No account {what}.")
            return None
        self.because.append(f"{account} belongs to {account.agent}.")
        return Agent.objects.filter(pk=account.agent_id)

    def _rule_s_pool(self):
        """Every rule is gone through; the first that matches, by priority, names the agents."""
        first = None
        for rule, verdict in CustomRule.objects.verdicts(self.live_chat.attributes):
            why = " ".join(verdict.because)
            if not verdict.matches:
                self.because.append(f"Rule “{rule}” did not match. {why}")
            elif first:
                self.because.append(f"Rule “{rule}” matched too, but “{first}” comes before it.")
            else:
                first = rule
                self.because.append(f"Rule “{rule}” matched. {why}")
        if first is None:
            self.because.append("No custom rule matched.")
            return None
        return first.pool

    @cached_property
    def _asked(self):
        """How many were asked at each step."""
        steps = list(Offer.objects.asked_for(self.live_chat).values_list("step", flat=True))
        return {step: steps.count(step) for step in Step.values}

    @property
    def _is_to_take_over(self):
        return self.live_chat.handed_back_at is not None


def _times(tries):
    return "1 agent was asked" if tries == 1 else f"{tries} agents were asked"
