"""What counts as a miss, and who is asked next."""

import pytest
from django.contrib.auth.models import Group, Permission

from routing.models import Because, Method, Offer, Plan, Route, State, TooLate
from tests.routing.conftest import asked, outcomes


def let_time_run_out(live_chat, clock):
    clock.move(seconds=100)
    live_chat.expire_offer()


def decline(live_chat, clock):
    live_chat.decline(live_chat.offers.open().get().agent)


def lose_the_permission(live_chat, clock):
    live_chat.offers.open().get().agent.user.user_permissions.clear()
    live_chat.expire_offer()


def be_deactivated(live_chat, clock):
    user = live_chat.offers.open().get().agent.user
    user.is_active = False
    user.save()
    live_chat.expire_offer()


misses = pytest.mark.parametrize("miss", [let_time_run_out, decline, lose_the_permission, be_deactivated])


@misses
def test_round_robin_asks_one_agent_and_no_other(ask, alice, bob, clock, miss):
    live_chat = ask()

    miss(live_chat, clock)

    live_chat.refresh_from_db()
    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.MISSED)
    assert asked(live_chat) == ["Alice"]
    assert live_chat.fallback_message


@misses
def test_a_team_tries_one_more_agent_and_then_no_other(ask, to_sales, sales, carol, clock, miss):
    sales.members.add(carol)
    live_chat = ask(to_sales)

    miss(live_chat, clock)
    assert state_and_asked(live_chat) == (State.OFFERED, ["Alice", "Bob"])

    miss(live_chat, clock)
    assert state_and_asked(live_chat) == (State.FELL_BACK, ["Alice", "Bob"])
    assert live_chat.because == Because.MISSED


def state_and_asked(live_chat):
    live_chat.refresh_from_db()
    return live_chat.state, asked(live_chat)


def test_an_agent_s_own_card_tries_nobody_else(ask, to_alice, alice, bob):
    live_chat = ask(to_alice)

    live_chat.decline(alice)

    assert (live_chat.state, asked(live_chat)) == (State.FELL_BACK, ["Alice"])


def test_the_second_agent_of_a_team_has_a_hundred_seconds_of_their_own(ask, to_sales, bob, clock):
    live_chat = ask(to_sales)

    clock.move(seconds=100)
    live_chat.expire_offer()
    clock.move(seconds=99)
    live_chat.expire_offer()
    live_chat.accept(bob)

    assert (live_chat.state, live_chat.agent) == (State.ACTIVE, bob)


def test_nobody_is_asked_twice(ask, to_sales, sales, alice, bob):
    sales.members.set([alice])
    live_chat = ask(to_sales)

    live_chat.decline(alice)

    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.MISSED)
    assert asked(live_chat) == ["Alice"]


def test_on_select_a_team_s_card_falls_back_at_once(ask, select, to_sales):
    live_chat = ask(to_sales)

    assert (live_chat.state, live_chat.because, asked(live_chat)) == (State.FELL_BACK, Because.PLAN, [])


def test_a_plan_that_ends_between_two_tries_ends_the_tries(ask, workspace, to_sales, alice):
    live_chat = ask(to_sales)
    workspace.plan = Plan.SELECT
    workspace.save()

    live_chat.decline(alice)

    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.MISSED)


def test_no_custom_rule_leads_to_the_fallback_message(ask, alice):
    live_chat = ask(Route.objects.to(Method.CUSTOM_RULES), first_name="Vera")

    assert (live_chat.state, live_chat.because) == (State.FELL_BACK, Because.NO_RULE)


# Losing the right


@pytest.mark.parametrize("lose", [lambda user: user.user_permissions.clear(), lambda user: retire(user)])
def test_who_has_lost_the_right_cannot_accept(ask, alice, rows, lose):
    live_chat = ask()
    # The page of that person was loaded before, and knows nothing of it.
    assert alice.is_permitted
    lose(type(alice.user).objects.get(pk=alice.user_id))
    before = rows()

    with pytest.raises(TooLate):
        live_chat.accept(alice)

    assert rows() == before


def retire(user):
    user.is_active = False
    user.save()


def test_an_offer_to_someone_who_lost_the_right_is_overdue_at_once(ask, alice):
    ask()
    assert not Offer.objects.overdue().exists()

    alice.user.user_permissions.clear()

    assert Offer.objects.overdue().count() == 1


def test_an_offer_to_an_agent_by_their_group_is_not_overdue(ask, alice):
    group = Group.objects.create(name="Agents")
    group.permissions.add(Permission.objects.get(codename="receive_live_chats"))
    alice.user.user_permissions.clear()
    alice.user.groups.add(group)

    live_chat = ask()
    live_chat.expire_offer()

    assert (live_chat.state, asked(live_chat)) == (State.OFFERED, ["Alice"])
    assert not Offer.objects.overdue().exists()


# The clock's own verb has no opinion on the time


def test_an_offer_does_not_expire_early(ask, alice, clock, rows):
    live_chat = ask()
    before = rows()

    clock.move(seconds=99)
    live_chat.expire_offer()

    assert rows() == before
    assert not Offer.objects.overdue().exists()


def test_an_offer_expires_once_however_often_the_clock_comes(ask, to_sales, clock, rows):
    live_chat = ask(to_sales)
    clock.move(seconds=100)
    assert Offer.objects.overdue().count() == 1

    live_chat.expire_offer()
    before = rows()
    live_chat.expire_offer()

    assert rows() == before
    assert outcomes(live_chat) == ["expired", None]


def test_declining_after_the_time_is_the_same_miss(ask, to_sales, alice, clock):
    live_chat = ask(to_sales)
    clock.move(seconds=101)

    live_chat.decline(alice)
    live_chat.expire_offer()

    assert asked(live_chat) == ["Alice", "Bob"]
