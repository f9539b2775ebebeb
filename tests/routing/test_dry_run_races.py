"""A try among people who work: it waits for nobody who waits for it."""

import pytest

from routing.dry_run import ByHand, DryRun, Hand
from routing.models import Agent, LiveChat, State
from tests.racing import at_every_pause
from tests.routing.conftest import outcomes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def offered(ask):
    """Sets the scene for each round: a chat is offered to Alice, who was asked last, and has no other."""

    def offered():
        for live_chat in LiveChat.objects.filter(state=State.OFFERED):
            live_chat.cancel()
        Agent.objects.update(last_asked_at=None)
        return ask()

    return offered


@pytest.fixture
def trying(round_robin, alice):
    """A try in which Alice has no chats, so that hers are lent to somebody else meanwhile."""

    def trying(live_chat):
        by_hand = {alice.pk: ByHand(Hand.AVAILABLE, chats=0)}
        return DryRun(round_robin, attributes={}, by_hand=by_hand)

    return trying


def test_alice_can_decline_at_any_moment_of_a_try(trying, offered, alice, bob):
    def decline(live_chat):
        LiveChat.objects.get(pk=live_chat.pk).decline(alice)

    for live_chat, run, _ in at_every_pause(trying, decline, begin=offered):
        assert len(run.asked) == 1
        assert outcomes(live_chat) == ["declined"]
        live_chat.refresh_from_db()
        assert (live_chat.state, live_chat.because) == ("fell_back", "missed")
