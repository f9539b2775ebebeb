"""Who is asked for a live chat, as anybody would work it out on paper: no rows, no queries, no locks."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

DAY = timedelta(days=1)
WITHIN = timedelta(seconds=100)


@dataclass(eq=False)
class SimpleAgent:
    key: int
    is_permitted: bool = True
    is_active: bool = True
    is_here: bool = True
    limit: int | None = None
    last_asked: int = 0
    # The same blocks every day in UTC, and other blocks on some days.
    blocks: list[tuple[time, time]] = field(default_factory=list)
    exceptions: dict = field(default_factory=dict)
    switched: bool | None = None
    switched_at: datetime | None = None
    is_set_away: bool = False
    forgiven_at: datetime | None = None

    @property
    def may(self):
        return self.is_permitted and self.is_active

    def works(self, moment):
        return any(begins <= moment < ends for begins, ends in self.windows(moment))

    def windows(self, moment):
        for n in range(-1, 3):
            day = moment.date() + n * DAY
            for begins, ends in self.exceptions.get(day, self.blocks):
                into = day if begins < ends else day + DAY
                yield datetime.combine(day, begins), datetime.combine(into, ends)

    def override_ends(self):
        midnight = datetime.combine(self.switched_at.date() + DAY, time())
        begins = [begins for begins, _ in self.windows(self.switched_at) if begins > self.switched_at]
        return min([midnight, *begins])

    def settle(self, now):
        if self.switched is not None and self.override_ends() <= now:
            self.follow_hours()

    def switch(self, available, now, *, by_itself=False):
        self.forgiven_at = now
        if available == self.works(now) and not by_itself:
            self.follow_hours()
        else:
            self.switched, self.switched_at, self.is_set_away = available, now, by_itself
        self.settle(now)

    def follow_hours(self):
        self.switched, self.switched_at, self.is_set_away = None, None, False

    def is_available(self, now):
        if self.switched is None or (self.switched and self.works(self.switched_at)):
            return self.works(now)
        return self.switched


@dataclass(eq=False)
class SimpleOffer:
    agent: SimpleAgent
    step: str
    made_at: datetime
    turn: int
    is_to_take_over: bool
    outcome: str | None = None

    @property
    def is_open(self):
        return self.outcome is None

    def is_over(self, now):
        return now >= self.made_at + WITHIN or not self.agent.may


@dataclass(eq=False)
class SimpleChat:
    method: str
    # The agent, or the members of the team, that the card names.
    target: object = None
    language: str = ""
    domain: str = ""
    state: str = "offered"
    because: str | None = None
    agent: SimpleAgent | None = None
    is_engaged: bool = False
    is_handed_back: bool = False
    offers: list[SimpleOffer] = field(default_factory=list)
    # Those made since its agent left, if it was handed back.
    in_this_request: list[SimpleOffer] = field(default_factory=list)
    # Of each decision: (agent, step, why not) for everyone considered, and the offer.
    decisions: list = field(default_factory=list)

    @property
    def open_offer(self):
        return next((offer for offer in self.offers if offer.is_open), None)

    @property
    def is_open(self):
        return self.state in ("offered", "active")

    def finish(self, state, because):
        if self.open_offer:
            self.open_offer.outcome = "withdrawn"
        self.state, self.because = state, because


class SimpleRouting:
    """The company, and every live chat. A verb says whether it came in time; one too late changes nothing."""

    def __init__(self, now):
        self.now, self.turn = now, 0
        self.agents, self.chats = [], []
        self.teams = []
        # Of each rule, by priority: the language it wants, and which agents and teams it names.
        self.rules = []
        self.owners = {}
        self.plan, self.engagement_limit, self.chats_per_agent = "prime", 100, 10
        self.round_robin_tries, self.team_tries, self.custom_rules_tries = 1, 2, 1
        self.overflow = self.account_routing = False
        self.only_reachable = self.away_after_misses = True

    # What happens to a chat

    def request(self, chat):
        self.chats.append(chat)
        is_forbidden = self.plan == "select" and (
            chat.method == "team" or self.engaged(besides=chat) >= self.engagement_limit
        )
        if is_forbidden:
            chat.decisions.append(([], None))
            chat.finish("fell_back", "plan")
        else:
            self.look_for_somebody(chat)

    def accept(self, chat, agent):
        offer = chat.open_offer
        if not offer or offer.agent is not agent or offer.is_over(self.now):
            return False
        offer.outcome = "accepted"
        chat.state, chat.agent, chat.is_engaged, chat.is_handed_back = "active", agent, True, False
        return True

    def decline(self, chat, agent):
        offer = chat.open_offer
        if not offer or offer.agent is not agent:
            return False
        offer.outcome = "declined"
        self.look_for_somebody(chat)
        return True

    def expire_offer(self, chat):
        offer = chat.open_offer
        if offer and offer.is_over(self.now):
            offer.outcome = "expired"
            if self.away_after_misses and self.misses_in_a_row(offer.agent) >= 2:
                offer.agent.switch(False, self.now, by_itself=True)
            self.look_for_somebody(chat)

    def hand_back(self, chat):
        if chat.state == "active" and not chat.is_handed_back and not chat.agent.may:
            chat.is_handed_back, chat.in_this_request = True, []
            self.look_for_somebody(chat)

    def cancel(self, chat):
        if chat.state != "offered":
            return False
        chat.finish("ended", "cancelled")
        return True

    def end(self, chat, because):
        if chat.state != "active":
            return False
        chat.finish("ended", because)
        return True

    # Who is asked

    def look_for_somebody(self, chat):
        considered = []
        for step, pool in self.pools(chat):
            in_turn = sorted(pool, key=lambda agent: (agent.last_asked, agent.key))
            reasons = [(agent, step, self.why_not(agent, chat)) for agent in in_turn]
            considered += reasons
            for agent, _, why_not in reasons:
                if not why_not:
                    return self.offer(chat, agent, step, considered)
        chat.decisions.append((considered, None))
        if chat.state == "active":
            chat.finish("ended", "alone")
        elif chat.offers:
            chat.finish("fell_back", "missed")
        else:
            is_led_nowhere = chat.method == "custom_rules" and not list(self.pools(chat))
            chat.finish("fell_back", "no_rule" if is_led_nowhere else "nobody")

    def offer(self, chat, agent, step, considered):
        self.turn += 1
        agent.last_asked = self.turn
        offer = SimpleOffer(agent, step, self.now, self.turn, chat.is_handed_back)
        chat.offers.append(offer)
        chat.in_this_request.append(offer)
        chat.decisions.append((considered, offer))

    def pools(self, chat):
        """Where it is looked, in order: step and agents. A step that leads nowhere is left out."""
        asked = Counter(offer.step for offer in chat.in_this_request)
        owner = self.owners.get(chat.domain)
        is_on = self.account_routing and self.plan == "prime"
        if is_on and owner and not asked and not chat.is_handed_back:
            yield "account", [owner]
        if asked["option"] < self.tries_of(chat.method):
            pool = self.pool_of_option(chat)
            if pool is not None:
                yield "option", pool
        wants_overflow = (self.overflow and not asked["option"]) or chat.is_handed_back
        if wants_overflow and asked["overflow"] < self.tries_of("round_robin"):
            yield "overflow", self.everybody()

    def pool_of_option(self, chat):
        match chat.method:
            case "round_robin":
                return self.everybody()
            case "agent":
                return [chat.target]
            case "team":
                return chat.target
            case "custom_rules":
                for language, agents, teams in self.rules:
                    if language == chat.language:
                        return agents.union(*[self.teams[team] for team in teams])
                return None

    def everybody(self):
        return [agent for agent in self.agents if agent.may]

    def tries_of(self, method):
        return 1 if method == "agent" or self.plan == "select" else getattr(self, f"{method}_tries")

    def why_not(self, agent, chat):
        if not agent.may:
            return "no_permission"
        if any(offer.agent is agent for offer in chat.in_this_request):
            return "already_asked"
        if not agent.is_available(self.now):
            return "away" if agent.switched is False or not agent.blocks else "out_of_hours"
        if self.only_reachable and not agent.is_here:
            return "unreachable"
        return "full" if self.load(agent) >= self.limit(agent) else ""

    # What is counted

    def load(self, agent):
        active = sum(chat.state == "active" and chat.agent is agent for chat in self.chats)
        asked = [chat.open_offer for chat in self.chats if chat.open_offer]
        return active + sum(offer.agent is agent for offer in asked)

    def limit(self, agent):
        return min(agent.limit or self.chats_per_agent, self.chats_per_agent)

    def engaged(self, *, besides=None):
        return sum(chat.is_engaged or bool(chat.open_offer) for chat in self.chats if chat is not besides)

    def misses_in_a_row(self, agent):
        offers = [offer for chat in self.chats for offer in chat.offers if offer.agent is agent]
        answered = [
            offer
            for offer in offers
            if offer.outcome not in (None, "withdrawn")
            and (agent.forgiven_at is None or offer.made_at >= agent.forgiven_at)
        ]
        misses = 0
        for offer in sorted(answered, key=lambda offer: -offer.turn):
            if offer.outcome != "expired":
                break
            misses += 1
        return misses
