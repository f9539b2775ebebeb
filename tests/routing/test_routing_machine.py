"""Anything, in any order: who is asked is who the simple model says, and no promise is ever broken.

`make test` takes 300 steps, the same ones every time; PROOF=1 takes 10,000 new ones, which SEED=n repeats.
"""

import os
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from routing.models import (
    Agent,
    Because,
    Decision,
    LiveChat,
    Offer,
    TooLate,
)
from routing.models.agent import PassedOver
from routing.models.availability import Switched
from routing.models.offer import Outcome, Step
from tests.racing import chances
from tests.routing import never
from tests.routing.company_machine import TICKING, CompanyMachine, languages, numbers, which
from tests.routing.simple_routing import SimpleChat

PROOF = bool(os.environ.get("PROOF"))
STEPS_AT_ONCE = 50
STEPS = 10_000 if PROOF else 300


class RoutingMachine(CompanyMachine):
    """Visitors and agents, and what must be true after every step."""

    steps, seen = 0, set()

    def __init__(self):
        super().__init__()
        self.loads, self.turns = {}, []

    def teardown(self):
        for chat in self.model.chats:
            self.seen.add(chat.because)
            self.seen.update(word for offer in chat.offers for word in (offer.step, offer.outcome))
            self.seen.update(why_not for considered, _ in chat.decisions for *_, why_not in considered)
        super().teardown()

    # The visitors, and what is done with their chats

    @rule(card=numbers, language=languages, email=which)
    def request(self, card, language, email):
        self.moment()
        chat = SimpleChat(*self.card(card), language, ["kern.example", "gmail.com", "", ""][email])
        attributes = {"language": language} | ({"email": f"vera@{chat.domain}"} if chat.domain else {})
        row = LiveChat.request(
            visitor_key=UUID(int=len(self.chat_pks) + 1), route=self.route(chat), attributes=attributes
        )
        self.chat_pks[chat] = row.pk
        self.model.request(chat)
        if self.model.plan == "select" and chat.state == "offered":
            assert self.engaged_in_rows() <= self.model.engagement_limit
        self.take_a_turn(chat)

    @rule(card=numbers, times=st.integers(2, 4), language=languages, email=which)
    def request_some(self, card, times, language, email):
        for _ in range(times):
            self.request(card, language, email)

    @rule(card=numbers, times=st.integers(1, 3), language=languages, email=which)
    def talk(self, card, times, language, email):
        for _ in range(times):
            self.request(card, language, email)
            if self.model.chats[-1].open_offer:
                self.accept(self.model.chats[-1])

    @precondition(lambda self: self.waiting)
    @rule(chat=numbers)
    def accept(self, chat):
        self.moment()
        chat = chat if isinstance(chat, SimpleChat) else self.waiting[chat % len(self.waiting)]
        agent = chat.open_offer.agent
        came_in_time(self.model.accept(chat, agent), lambda: self.row(chat).accept(self.row(agent)))

    @precondition(lambda self: self.waiting)
    @rule(chat=numbers)
    def decline(self, chat):
        self.moment()
        chat = chat if isinstance(chat, SimpleChat) else self.waiting[chat % len(self.waiting)]
        agent = chat.open_offer.agent
        came_in_time(self.model.decline(chat, agent), lambda: self.row(chat).decline(self.row(agent)))

    @precondition(lambda self: self.waiting)
    @rule(chat=numbers, times=st.integers(2, 4))
    def decline_one_after_another(self, chat, times):
        chat = self.waiting[chat % len(self.waiting)]
        for _ in range(times):
            if chat.open_offer:
                self.decline(chat)

    @precondition(lambda self: self.model.chats)
    @rule(chat=numbers, agent=numbers, verb=st.sampled_from(["accept", "decline"]))
    def answer_what_others_are_asked(self, chat, agent, verb):
        self.moment()
        chat, agent = self.model.chats[-1 - chat % len(self.model.chats)], self.agent(agent)
        came_in_time(
            getattr(self.model, verb)(chat, agent), lambda: getattr(self.row(chat), verb)(self.row(agent))
        )

    @precondition(lambda self: self.model.chats)
    @rule(chat=numbers)
    def cancel(self, chat):
        self.moment()
        chat = self.model.chats[-1 - chat % len(self.model.chats)]
        came_in_time(self.model.cancel(chat), lambda: self.row(chat).cancel())

    @precondition(lambda self: self.model.chats)
    @rule(chat=numbers, because=st.sampled_from([Because.AGENT, Because.VISITOR, Because.IDLE]))
    def end(self, chat, because):
        self.moment()
        chat = self.model.chats[-1 - chat % len(self.model.chats)]
        came_in_time(self.model.end(chat, because), lambda: self.row(chat).end(because=because))

    @precondition(lambda self: any(chat.state == "active" for chat in self.model.chats))
    @rule(chat=numbers)
    def lose_who_has_a_chat(self, chat):
        active = [chat for chat in self.model.chats if chat.state == "active"]
        self.lose_the_permission(active[chat % len(active)].agent)
        self.the_clock_comes()

    @precondition(lambda self: self.waiting)
    @rule(chat=numbers)
    def look_at_an_offer(self, chat):
        self.moment()
        chat = self.waiting[chat % len(self.waiting)]
        self.model.expire_offer(chat)
        self.row(chat).expire_offer()

    @rule(seconds=st.sampled_from([1, 50, 99, 100, 101, 3600, 9 * 3600]))
    def let_time_pass(self, seconds):
        self.moment(seconds=seconds)
        for agent in self.model.agents:
            agent.settle(self.model.now)
        for row in Agent.objects.to_settle():
            row.settle()

    @rule()
    def the_clock_comes(self):
        """Whoever is over time is asked no longer, and who has lost their agent gets another."""
        for pk in list(Offer.objects.overdue().order_by("pk").values_list("live_chat", flat=True)):
            self.moment()
            self.model.expire_offer(self.chat_of(pk))
            LiveChat.objects.get(pk=pk).expire_offer()
        for pk in list(LiveChat.objects.forsaken().order_by("pk").values_list("pk", flat=True)):
            self.moment()
            self.model.hand_back(self.chat_of(pk))
            LiveChat.objects.get(pk=pk).hand_back()
        open_offers = [chat.open_offer for chat in self.model.chats if chat.open_offer]
        assert not [offer for offer in open_offers if offer.is_over(self.model.now)]
        assert not [chat for chat in self.model.chats if self.is_forsaken(chat)]

    @rule(seconds=st.sampled_from([100, 101]))
    def nobody_answers(self, seconds):
        self.let_time_pass(seconds)
        self.the_clock_comes()

    # After every step

    @invariant()
    def nothing_happened_that_may_never(self):
        type(self).steps += 1
        assert never.found() == []

    @invariant()
    def chats_and_offers_are_as_the_model_says(self):
        rows = LiveChat.objects.order_by("pk").values_list(
            "pk", "state", "because", "agent", "handed_back_at"
        )
        assert {pk: (state, because, agent) for pk, state, because, agent, _ in rows} == {
            self.chat_pks[chat]: (chat.state, chat.because, chat.agent and chat.agent.key)
            for chat in self.model.chats
        }
        waiting = {pk for pk, state, _, _, handed_back_at in rows if state == "active" and handed_back_at}
        assert waiting == {
            self.chat_pks[chat] for chat in self.model.chats if chat.state == "active" and chat.is_handed_back
        }
        offers = Offer.objects.order_by("pk").values_list(
            "live_chat", "agent", "step", "outcome", "is_to_take_over"
        )
        in_turn = sorted(
            ((offer.turn, chat, offer) for chat in self.model.chats for offer in chat.offers),
            key=lambda each: each[0],
        )
        assert list(offers) == [
            (self.chat_pks[chat], offer.agent.key, offer.step, offer.outcome, offer.is_to_take_over)
            for _, chat, offer in in_turn
        ]

    @invariant()
    def every_choice_left_a_decision_that_agrees(self):
        new = Decision.objects.filter(pk__gt=self.decided).order_by("pk").select_related("offer")
        for decision in new:
            self.decided = decision.pk
            chat = self.chat_of(decision.live_chat_id)
            number = Decision.objects.filter(live_chat=decision.live_chat_id, pk__lt=decision.pk).count()
            considered, offer = chat.decisions[number]
            assert [
                (agent["agent"], agent["step"], agent["passed_over"]) for agent in decision.considered
            ] == [(agent.key, step, why_not) for agent, step, why_not in considered]
            assert decision.because
            assert (decision.offer and decision.offer.agent_id) == (offer and offer.agent.key)
            if offer:
                assert offer.step == decision.offer.step
        assert Decision.objects.count() == sum(len(chat.decisions) for chat in self.model.chats)

    @invariant()
    def nobody_gets_more_than_their_limit(self):
        """A limit below what somebody has is legal; but then nobody gives them another."""
        before, self.loads = self.loads, dict(Agent.objects.with_load().values_list("pk", "load"))
        for agent in self.model.agents:
            load = self.loads[agent.key]
            assert load == self.model.load(agent)
            assert load <= max(before.get(agent.key, 0), self.model.limit(agent))

    @invariant()
    def who_takes_chats_is_as_the_model_says(self):
        available = set(Agent.objects.available().values_list("pk", flat=True))
        assert available == {agent.key for agent in self.model.agents if agent.is_available(self.model.now)}
        away = set(Agent.objects.filter(is_set_away=True).values_list("pk", flat=True))
        assert away == {agent.key for agent in self.model.agents if agent.is_set_away}
        switched = dict(Agent.objects.values_list("pk", "switched"))
        words = {None: Switched.NOT, True: Switched.AVAILABLE, False: Switched.AWAY}
        assert switched == {agent.key: words[agent.switched] for agent in self.model.agents}

    # Fairness

    def take_a_turn(self, chat):
        """While the same agents can take a chat, round robin offers to them differ by at most one."""
        considered, offer = chat.decisions[-1]
        if chat.method != "round_robin" or not offer or offer.step != "option":
            return
        could = frozenset(agent for agent, step, why_not in considered if step == "option" and not why_not)
        asked = self.model.turn
        # Somebody else's turn in between, by another card or a second try, begins a new count.
        if not self.turns or self.turns[-1][0] != could or self.turns[-1][2] != asked - 1:
            self.turns = []
        self.turns.append((could, offer.agent, asked))
        counts = [sum(agent is each for _, each, _ in self.turns) for agent in could]
        assert max(counts) - min(counts) <= 1


def came_in_time(is_in_time, verb):
    if is_in_time:
        verb()
    else:
        with pytest.raises(TooLate):
            verb()


def test_whatever_happens_routing_does_what_the_simple_model_says(db, hire, clock):
    with connection.cursor() as cursor:
        cursor.execute(TICKING)

    class Machine(RoutingMachine):
        steps, seen = 0, set()

    Machine.hire_one, Machine.clock = staticmethod(hire), clock
    proof = seed(chances().getrandbits(64)) if PROOF else lambda test: test
    run_state_machine_as_test(
        proof(Machine),
        settings=settings(
            max_examples=STEPS * 4 // (3 * STEPS_AT_ONCE),
            stateful_step_count=STEPS_AT_ONCE,
            derandomize=not PROOF,
            deadline=None,
            database=None,
            phases=[Phase.generate, *[Phase.shrink] * PROOF],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert Machine.steps >= STEPS
    if PROOF:
        # Nothing is proved about what never happened.
        never = {*Because, *PassedOver, *Step, *Outcome} - Machine.seen
        assert not never
