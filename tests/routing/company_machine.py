"""A company for the machine of `test_routing_machine.py`: what happens in it happens to rows and model alike."""

from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from django.contrib.auth.models import Permission
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from routing.models import (
    Account,
    Agent,
    AgentPresence,
    CustomRule,
    Decision,
    HoursBlock,
    HoursException,
    LiveChat,
    Method,
    Plan,
    Route,
    Team,
    Workspace,
)
from tests.routing.simple_routing import SimpleAgent, SimpleChat, SimpleRouting

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
# Stands still but for a microsecond at each look, so that no two moments are the same and every run is alike.
TICKING = """
CREATE TEMPORARY SEQUENCE ticks;
CREATE OR REPLACE FUNCTION parley_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
  $$SELECT timestamptz '2026-06-10 12:00Z' + (SELECT ahead FROM test_clock)
    + nextval('ticks') * interval '1 microsecond'$$;
UPDATE test_clock SET ahead = '0';
"""
OFFICE, NIGHT, SPLIT = (time(9), time(17, 30)), (time(22), time(6)), (time(13), time(15))
MORNING = (time(9), time(12, 30))
FLAGS = ["overflow", "account_routing", "only_reachable", "away_after_misses"]
METHODS = ["round_robin", "team", "custom_rules"]
WHOLE_DAY = [(time(0), time(0))]
HOURS = [WHOLE_DAY, [], [OFFICE], WHOLE_DAY, [NIGHT], [MORNING, SPLIT]]

numbers = st.integers(0, 11)
which = st.integers(0, 3)
languages = st.sampled_from(["nl", "en", "fr"])


class CompanyMachine(RuleBasedStateMachine):
    """The same things happen to the rows and to the model. Numbers stand for agents and chats, modulo how many."""

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.model = SimpleRouting(NOON.replace(tzinfo=None))
        self.pks, self.chat_pks, self.decided = {}, {}, 0

    def teardown(self):
        # The next example begins where this one began.
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    # The company

    @initialize(
        days=st.lists(st.sampled_from(["always", "switched on", "away"]), min_size=2, max_size=4),
        flags=st.lists(st.booleans(), min_size=4, max_size=4),
        tries=st.lists(st.integers(1, 3), min_size=3, max_size=3),
        plan=st.sampled_from(Plan),
        limit=st.sampled_from([1, 2, 10]),
    )
    def there_is_a_company(self, days, flags, tries, plan, limit):
        self.teams = [Team.objects.create(name=name) for name in ("Sales", "Support")]
        self.model.teams = [set(), set()]
        # Somebody is there: where nobody is, nothing happens.
        for day in ["always", *days]:
            self.hire(available=day == "switched on")
            if day == "always":
                self.change_the_hours(self.model.agents[-1], WHOLE_DAY)
        self.rules = [
            CustomRule.objects.create(name=f"In {language}", priority=priority, conditions=wants(language))
            for priority, language in enumerate(("nl", "en", "nl"), 1)
        ]
        self.model.rules = [(language, set(), set()) for language in ("nl", "en", "nl")]
        for number in range(len(self.model.agents)):
            self.change_who_is_meant(what="team", number=number, agent=number)
            self.change_who_is_meant(what="team", number=number // 2, agent=number)
        for number in range(3):
            self.change_who_is_meant(what="rule", number=number, agent=number)
            self.change_who_is_meant(what="team of rule", number=number, agent=number)
        Account.objects.create(company="Kern", domain="kern.example", agent_id=self.pk(self.agent(1)))
        self.model.owners["kern.example"] = self.agent(1)
        self.set(**dict(zip(FLAGS, flags, strict=True)))
        self.set(**{f"{method}_tries": number for method, number in zip(METHODS, tries, strict=True)})
        self.set(plan=plan.value, engagement_limit=4, chats_per_agent=limit)

    def hire(self, *, available):
        row = self.hire_one(f"Agent{len(self.model.agents)}", available=available)
        agent = SimpleAgent(key=row.pk)
        if available:
            agent.switch(True, self.model.now)
        self.model.agents.append(agent)
        self.pks[agent] = row.pk

    def set(self, **settings):
        vars(self.model).update(settings)
        Workspace.objects.update(**settings)

    @precondition(lambda self: len(self.model.agents) < 6)
    @rule(available=st.booleans())
    def somebody_joins_the_company(self, available):
        self.moment()
        self.hire(available=available)

    @rule(what=st.sampled_from(["team", "rule", "team of rule", "account"]), number=which, agent=numbers)
    def change_who_is_meant(self, what, number, agent):
        agent = self.agent(agent)
        match what:
            case "team":
                self.model.teams[number % 2] ^= {agent}
                self.teams[number % 2].members.set(map(self.pk, self.model.teams[number % 2]))
            case "rule":
                named = self.model.rules[number % 3][1]
                named ^= {agent}
                self.rules[number % 3].agents.set(map(self.pk, named))
            case "team of rule":
                teams = self.model.rules[number % 3][2]
                teams ^= {number % 2}
                self.rules[number % 3].teams.set([self.teams[team] for team in teams])
            case "account":
                self.model.owners["kern.example"] = agent
                Account.objects.update(agent=self.pk(agent))

    @rule(name=st.sampled_from([*FLAGS, "tries", "tries", "plan", "plan", "limit"]), number=which)
    def change_a_setting(self, name, number):
        match name:
            case "tries":
                self.set(**{f"{METHODS[number % 3]}_tries": 1 + number})
            case "plan":
                plan = Plan.PRIME if number == 3 else Plan.SELECT
                self.set(plan=plan.value, engagement_limit=self.model.engaged() + number)
            case "limit":
                self.set(chats_per_agent=[1, 2, 10, 10][number])
            case flag:
                self.set(**{flag: not getattr(self.model, flag)})

    @rule(agent=numbers, limit=st.sampled_from([None, 1, 2, 10]))
    def limit_an_agent(self, agent, limit):
        self.agent(agent).limit = limit
        Agent.objects.filter(pk=self.pk(self.agent(agent))).update(chat_limit=limit)

    # The agents

    @rule(agent=numbers, available=st.sampled_from([True, True, False]))
    def switch(self, agent, available):
        self.moment()
        self.agent(agent).switch(available, self.model.now)
        self.row(agent).switch(available=available)

    @rule(agent=numbers, blocks=st.sampled_from(HOURS))
    def change_the_hours(self, agent, blocks):
        self.moment()
        agent, row = self.agent(agent), self.row(agent)
        agent.blocks = blocks
        row.hours_blocks.all().delete()
        HoursBlock.objects.bulk_create(
            HoursBlock(agent=row, weekday=day, begins=begins, ends=ends)
            for day in range(7)
            for begins, ends in agent.blocks
        )
        agent.settle(self.model.now)
        row.settle()

    @rule(agent=numbers, in_days=st.integers(-1, 2), is_off=st.booleans())
    def make_an_exception(self, agent, in_days, is_off):
        self.moment()
        agent, row = self.agent(agent), self.row(agent)
        day = self.model.now.date() + timedelta(days=in_days)
        agent.exceptions[day] = [] if is_off else [SPLIT]
        row.hours_exceptions.filter(first_day=day).delete()
        begins, ends = (None, None) if is_off else SPLIT
        HoursException.objects.create(agent=row, first_day=day, last_day=day, begins=begins, ends=ends)
        agent.settle(self.model.now)
        row.settle()

    @rule(agent=numbers)
    def come_or_go(self, agent):
        agent = self.agent(agent)
        agent.is_here = not agent.is_here
        AgentPresence.objects.filter(agent=self.pk(agent)).update(
            until=NOON + timedelta(days=365 if agent.is_here else -1)
        )

    @rule(agent=numbers, what=st.sampled_from(["gives", "takes", "deactivates"]))
    def somebody_s_right(self, agent, what):
        """What Max does to it."""
        match what:
            case "gives":
                self.come_back(agent)
            case "takes":
                self.lose_the_permission(agent)
            case "deactivates":
                self.deactivate(agent)

    @rule(agent=numbers)
    def come_back(self, agent):
        agent = self.agent(agent)
        agent.is_permitted = agent.is_active = True
        user = self.row(agent).user
        user.is_active = True
        user.save()
        user.user_permissions.add(self.permission)

    def lose_the_permission(self, agent):
        self.agent(agent).is_permitted = False
        self.row(agent).user.user_permissions.clear()

    def deactivate(self, agent):
        self.moment()
        agent = self.agent(agent)
        self.row(agent).deactivate()
        agent.is_active = False
        # Whose turn comes first is free; that nobody is left out is not.
        offered = {chat for chat in self.model.chats if chat.open_offer and chat.open_offer.agent is agent}
        for chat in self.decided_now():
            self.model.expire_offer(chat) if chat in offered else self.model.hand_back(chat)
            offered.discard(chat)
        assert not offered
        assert not [chat for chat in self.model.chats if chat.agent is agent and self.is_forsaken(chat)]

    # What stands for what

    def moment(self, *, seconds=0):
        step = timedelta(seconds=seconds, milliseconds=1)
        self.model.now += step
        self.clock.move(seconds=seconds, milliseconds=1)

    def agent(self, number):
        return (
            number if isinstance(number, SimpleAgent) else self.model.agents[number % len(self.model.agents)]
        )

    def pk(self, agent):
        return self.pks[agent]

    def row(self, of):
        """A row as somebody's page would know it: read anew, by key."""
        if isinstance(of, SimpleChat):
            return LiveChat.objects.get(pk=self.chat_pks[of])
        return Agent.objects.select_related("user").get(pk=self.pk(self.agent(of)))

    def chat_of(self, pk):
        return next(chat for chat, its_pk in self.chat_pks.items() if its_pk == pk)

    def card(self, number):
        match number % 6:
            case 0 | 1:
                return "round_robin", None
            case 2 | 3:
                return "team", self.model.teams[number % 2]
            case 4:
                return "custom_rules", None
            case _:
                return "agent", self.agent(number)

    def route(self, chat):
        match chat.method:
            case "agent":
                return Route.objects.to(Method.AGENT, agent=self.row(chat.target))
            case "team":
                [number] = [n for n, team in enumerate(self.model.teams) if team is chat.target]
                return Route.objects.to(Method.TEAM, team=self.teams[number])
        return Route.objects.to(Method(chat.method))

    def decided_now(self):
        new = Decision.objects.filter(pk__gt=self.decided).order_by("pk")
        return [self.chat_of(pk) for pk in new.values_list("live_chat", flat=True)]

    def is_forsaken(self, chat):
        return chat.state == "active" and not chat.is_handed_back and not chat.agent.may

    def engaged_in_rows(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM routing_livechat WHERE accepted_at IS NOT NULL OR state = 'offered'"
            )
            return cursor.fetchone()[0]

    @property
    def waiting(self):
        return [chat for chat in self.model.chats if chat.open_offer]

    @cached_property
    def permission(self):
        return Permission.objects.get(codename="receive_live_chats")


def wants(language):
    condition = {"attribute": "language", "operator": "is", "value": language}
    return {"match": "all", "groups": [{"match": "all", "conditions": [condition]}]}
