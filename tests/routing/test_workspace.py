import pytest

from routing.models import Because, LiveChat, Offer, State, Workspace


def leave(workspace, left):
    """Leaves so many engagements on the Select plan."""
    workspace.engagement_limit = workspace.engagements + Offer.objects.open().count() + left
    workspace.save()


def test_prime_has_no_limit(ask, alice, workspace):
    workspace.engagement_limit = 0
    workspace.save()

    assert ask().state == State.OFFERED


def test_select_connects_a_hundred_chats_for_life(select):
    assert select.engagement_limit == 100


def test_select_connects_as_many_as_it_has_left(ask, select, alice):
    leave(select, 3)

    states = []
    for _ in range(5):
        live_chat = ask()
        states.append(live_chat.state)
        if live_chat.state == State.OFFERED:
            live_chat.accept(alice)
            live_chat.end(because=Because.AGENT)

    assert states == [State.OFFERED] * 3 + [State.FELL_BACK] * 2
    assert live_chat.because == Because.PLAN
    assert live_chat.fallback_message
    assert select.engagements == 3


def test_an_engagement_counts_at_the_accept(ask, select, alice):
    live_chat = ask()
    assert select.engagements == 0

    live_chat.accept(alice)
    assert select.engagements == 1

    live_chat.end(because=Because.VISITOR)
    assert select.engagements == 1


def test_an_offer_reserves_its_engagement(ask, select, alice):
    leave(select, 1)

    ask()

    assert not select.has_engagement_left()
    assert ask().because == Because.PLAN


@pytest.mark.parametrize("miss", ["decline", "expire", "cancel"])
def test_a_missed_offer_gives_its_engagement_back(ask, select, alice, clock, miss):
    leave(select, 1)
    live_chat = ask()

    match miss:
        case "decline":
            live_chat.decline(alice)
        case "expire":
            clock.move(seconds=100)
            live_chat.expire_offer()
        case "cancel":
            live_chat.cancel()

    assert live_chat.because != Because.PLAN
    assert select.has_engagement_left()
    assert ask().state == State.OFFERED


def test_select_asks_no_second_agent(ask, select, alice, bob):
    live_chat = ask()

    live_chat.decline(alice)

    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.MISSED)


def test_a_superuser_gives_select_more(ask, select, alice):
    leave(select, 0)
    assert ask().state == State.FELL_BACK

    Workspace.objects.update(engagement_limit=101)

    assert ask().state == State.OFFERED


def test_chats_accepted_on_prime_count_when_the_plan_is_select(ask, workspace, alice):
    ask().accept(alice)

    workspace.plan = "select"
    leave(workspace, 0)

    assert LiveChat.objects.engaged().count() == workspace.engagement_limit == 1
    assert ask().because == Because.PLAN
