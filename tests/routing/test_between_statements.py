"""Races that chance finds rarely, found by order: one verb comes between any two statements of another."""

import pytest

from routing.models import Agent, Because, LiveChat, Offer, State, TooLate, Workspace
from tests.racing import at_every_pause

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def begin(ask):
    """One chat, offered to Alice, and nothing else."""

    def begin():
        for live_chat in LiveChat.objects.filter(state=State.OFFERED):
            live_chat.cancel()
        for live_chat in LiveChat.objects.filter(state=State.ACTIVE):
            live_chat.end(because=Because.VISITOR)
        Agent.objects.update(last_asked_at=None, chat_limit=None)
        return ask()

    return begin


def fresh(live_chat):
    return LiveChat.objects.get(pk=live_chat.pk)


def test_an_accept_between_the_statements_of_a_request_takes_no_second_engagement(ask, select, begin, alice):
    def begin_with_one_left():
        Workspace.objects.update(engagement_limit=1000)
        scene = begin()
        Workspace.objects.update(engagement_limit=select.engagements + 1)
        return scene

    rounds = 0
    for _, requested, accepted in at_every_pause(
        lambda scene: ask(), lambda scene: fresh(scene).accept(alice), begin=begin_with_one_left
    ):
        assert accepted is None
        assert (requested.state, requested.because) == (State.FELL_BACK, Because.PLAN)
        rounds += 1
    assert rounds > 5


def test_a_lower_limit_between_the_statements_of_a_request_holds_or_comes_after(ask, begin, alice):
    def lower(scene):
        Agent.objects.filter(pk=alice.pk).update(chat_limit=1)
        return Offer.objects.open().filter(agent=alice).count()

    for _, requested, load in at_every_pause(lambda scene: ask(), lower, begin=begin):
        assert load == (2 if requested.state == State.OFFERED else 1)


def test_a_switch_between_the_statements_of_a_request_holds_or_comes_after(ask, begin, alice):
    def switch(scene):
        Agent.objects.get(pk=alice.pk).switch(available=False)
        return Offer.objects.open().filter(agent=alice).count()

    def begin_available():
        alice.switch(available=True)
        return begin()

    found = set()
    for _, requested, load in at_every_pause(lambda scene: ask(), switch, begin=begin_available):
        assert load == (2 if requested.state == State.OFFERED else 1)
        found.add(load)
    assert found == {1, 2}


def test_a_second_try_goes_to_the_next_when_somebody_leaves_meanwhile(
    ask, sales, to_sales, alice, bob, carol
):
    sales.members.add(carol)

    def begin():
        for live_chat in LiveChat.objects.filter(state=State.OFFERED):
            live_chat.cancel()
        Agent.objects.update(last_asked_at=None)
        bob.switch(available=True)
        return ask(to_sales)

    def switch(scene):
        Agent.objects.get(pk=bob.pk).switch(available=False)
        return scene.offers.filter(agent=bob).count()

    found = set()
    for scene, _, was_asked in at_every_pause(lambda scene: fresh(scene).decline(alice), switch, begin=begin):
        assert scene.offers.open().get().agent == (bob if was_asked else carol)
        found.add(was_asked)
    assert found == {0, 1}


@pytest.mark.parametrize("first", ["accept", "decline", "cancel"])
@pytest.mark.parametrize("second", ["accept", "decline", "cancel"])
def test_of_two_verbs_one_wins_wherever_they_meet(begin, alice, first, second):
    verbs = {
        "accept": lambda live_chat: live_chat.accept(alice),
        "decline": lambda live_chat: live_chat.decline(alice),
        "cancel": lambda live_chat: live_chat.cancel(),
    }

    for scene, one, other in at_every_pause(
        lambda scene: verbs[first](fresh(scene)), lambda scene: verbs[second](fresh(scene)), begin=begin
    ):
        assert [one, other].count(None) == 1
        won, lost = (first, other) if one is None else (second, one)
        assert isinstance(lost, TooLate)
        expected = {"accept": "accepted", "decline": "declined", "cancel": "withdrawn"}[won]
        assert scene.offers.get().outcome == expected
