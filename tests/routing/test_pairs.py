"""Every two verbs at one moment: what comes of it is what one of the two orders gives, and nobody deadlocks.

`make test` lets some pairs meet by chance, `make proof` all of them at every statement. SEED=n repeats a run.
"""

from itertools import combinations_with_replacement, product
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User

from routing.models import Agent, Because, LiveChat, Offer, Route, TooLate, Workspace
from tests.racing import PROOF, at_every_pause, chances, crowd, outcome_of
from tests.routing import never

pytestmark = pytest.mark.django_db(transaction=True)
PAIRS_IN_PASSING = 5


class Scene:
    """A live chat, and the agent on whom it depends. Verbs load what they act on, as a request or a job does."""

    def __init__(self, live_chat, agent, route):
        self.pk, self.agent_pk, self.route = live_chat.pk, agent.pk, route

    @property
    def live_chat(self):
        return LiveChat.objects.get(pk=self.pk)

    @property
    def agent(self):
        return Agent.objects.select_related("user").get(pk=self.agent_pk)

    def request(self):
        LiveChat.request(visitor_key=uuid4(), route=self.route, attributes={})


VERBS = {
    "request": lambda scene: scene.request(),
    "accept": lambda scene: scene.live_chat.accept(scene.agent),
    "decline": lambda scene: scene.live_chat.decline(scene.agent),
    "expire_offer": lambda scene: scene.live_chat.expire_offer(),
    "hand_back": lambda scene: scene.live_chat.hand_back(),
    "cancel": lambda scene: scene.live_chat.cancel(),
    "end": lambda scene: scene.live_chat.end(because=Because.VISITOR),
    "switch": lambda scene: scene.agent.switch(available=False),
    "settle": lambda scene: scene.agent.settle(),
    "set_away": lambda scene: scene.agent.set_away(),
    "deactivate": lambda scene: scene.agent.deactivate(),
    "limit": lambda scene: Agent.objects.update(chat_limit=1),
    "limit for all": lambda scene: Workspace.objects.update(chats_per_agent=1),
}


@pytest.fixture
def begin(hire, sales, to_sales, carol, clock):
    """Makes the scene of a name, with nothing else there: all are on the team, and it is Alice's turn."""
    sales.members.add(carol)
    permission = Permission.objects.get(codename="receive_live_chats")
    noon = clock()

    def begin(name):
        LiveChat.objects.all().delete()
        Agent.objects.update(last_asked_at=None, chat_limit=None, misses_count_from=None)
        Workspace.objects.update(chats_per_agent=2)
        User.objects.update(is_active=True)
        clock.move(seconds=(noon - clock()).total_seconds())
        for agent in Agent.objects.select_related("user"):
            agent.user.user_permissions.add(permission)
            agent.switch(available=True)
        alice, bob, _ = Agent.objects.order_by("pk")
        live_chat = LiveChat.request(visitor_key=uuid4(), route=to_sales, attributes={})
        match name:
            case "overdue":
                clock.move(seconds=100)
            case "active":
                live_chat.accept(alice)
            case "forsaken" | "handed back":
                live_chat.accept(alice)
                alice.user.user_permissions.clear()
        if name == "handed back":
            live_chat.hand_back()
        return Scene(live_chat, bob if name == "handed back" else alice, Route.objects.get(pk=to_sales.pk))

    return begin


scenes = pytest.mark.parametrize("name", ["offered", "overdue", "active", "forsaken", "handed back"])


def what_came_of_it(results):
    """All that people would notice, once the clock has come: who was too late, too."""
    for pk in Offer.objects.overdue().order_by("pk").values_list("live_chat", flat=True):
        LiveChat.objects.get(pk=pk).expire_offer()
    for live_chat in LiveChat.objects.forsaken().order_by("pk"):
        live_chat.hand_back()
    assert never.found() == []
    for agent in Agent.objects.with_load():
        assert agent.load <= 2
    # The order of keys is that of coming in, and the order of turns may be another.
    first, *others = [what_became_of(live_chat) for live_chat in LiveChat.objects.order_by("pk")]
    return (
        tuple(isinstance(result, TooLate) for result in results),
        (first, *sorted(others, key=str)),
        tuple(Agent.objects.order_by("pk").values_list("switched", "is_set_away", "user__is_active")),
    )


def what_became_of(live_chat):
    offers = live_chat.offers.order_by("pk").values_list("agent", "outcome", "is_to_take_over")
    return live_chat.state, live_chat.because, live_chat.agent_id, tuple(offers)


def in_order(begin, name, first, second):
    """What the two orders give."""
    found = []
    for verbs in ([first, second], [second, first]):
        scene = begin(name)
        results = {verb: outcome_of(lambda at=scene, verb=verb: VERBS[verb](at)) for verb in verbs}
        found.append(what_came_of_it([results[first], results[second]]))
    return found


def in_either_order(begin, name, one, other):
    if one != other:
        return in_order(begin, name, one, other)
    scene = begin(name)
    results = [outcome_of(lambda: VERBS[one](scene)) for _ in range(2)]
    return [what_came_of_it(results), what_came_of_it(results[::-1])]


@scenes
def test_what_two_do_at_once_one_does_after_the_other(begin, name):
    pairs = list(combinations_with_replacement(VERBS, 2))
    chance = chances()
    with crowd() as at_once:
        for one, other in pairs if PROOF else chance.sample(pairs, PAIRS_IN_PASSING):
            allowed = in_either_order(begin, name, one, other)
            scene = begin(name)

            results = at_once(
                lambda at=scene, verb=one: VERBS[verb](at), lambda at=scene, verb=other: VERBS[verb](at)
            )

            assert what_came_of_it(results) in allowed, (one, other)


@scenes
def test_wherever_one_comes_between_the_other_it_is_as_if_it_came_before_or_after(begin, name):
    pairs = list(product(VERBS, repeat=2))
    for one, other in pairs if PROOF else chances().sample(pairs, 1):
        allowed = in_either_order(begin, name, one, other)

        for _, *results in at_every_pause(
            lambda scene, verb=one: VERBS[verb](scene),
            lambda scene, verb=other: VERBS[verb](scene),
            begin=lambda: begin(name),
        ):
            assert what_came_of_it(results) in allowed, (one, other)
