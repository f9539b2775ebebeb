"""The last line: what the database refuses, whoever asks, past every verb."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from routing.models import Agent, LiveChat, Offer, Route, Team, Workspace


@pytest.fixture
def refused(db):
    """Runs the change, which the named constraint must refuse."""

    def refused(constraint, change):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            change()

    return refused


def test_an_active_live_chat_has_an_agent(ask, alice, refused):
    chats = LiveChat.objects.filter(pk=ask().pk)

    refused("a_live_chat_ends_once_and_for_a_reason", lambda: chats.update(state="active"))
    refused("who_accepts_a_live_chat_is_its_agent", lambda: chats.update(agent=alice))


def test_a_live_chat_ends_once_and_for_a_reason(ask, alice, clock, refused):
    chats = LiveChat.objects.filter(pk=ask().pk)
    now, constraint = clock(), "a_live_chat_ends_once_and_for_a_reason"

    refused(constraint, lambda: chats.update(state="ended"))
    refused(constraint, lambda: chats.update(state="ended", ended_at=now))
    refused(constraint, lambda: chats.update(state="fell_back", because="missed"))
    refused(constraint, lambda: chats.update(ended_at=now))
    refused(constraint, lambda: chats.update(because="agent"))
    refused(constraint, lambda: chats.update(state="waiting"))
    refused(constraint, lambda: chats.update(state="ended", ended_at=now, because="agent"))
    refused(constraint, lambda: chats.update(state="ended", ended_at=now, because="missed"))
    refused(constraint, lambda: chats.update(state="fell_back", ended_at=now, because="cancelled"))


@pytest.mark.parametrize("state", ["offered", "active"])
def test_one_open_live_chat_a_visitor(ask, alice, round_robin, clock, refused, state):
    first = ask()
    if state == "active":
        first.accept(alice)

    def another():
        LiveChat.objects.create(visitor_key=first.visitor_key, route=round_robin, requested_at=clock())

    refused("one_open_live_chat_a_visitor", another)


def test_one_open_offer_a_live_chat(ask, alice, bob, clock, refused):
    live_chat = ask()

    def another():
        now = clock()
        live_chat.offers.create(agent=bob, made_at=now, expires_at=now + timedelta(seconds=100))

    refused("one_open_offer_a_live_chat", another)


def test_nobody_is_asked_twice(ask, to_sales, alice, bob, clock, refused):
    live_chat = ask(to_sales)
    live_chat.decline(alice)
    live_chat.decline(bob)

    def once_more():
        now = clock()
        live_chat.offers.create(agent=alice, made_at=now, expires_at=now + timedelta(seconds=100))

    refused("nobody_is_asked_twice", once_more)


def test_an_offer_is_open_or_closed(ask, alice, clock, refused):
    offers = Offer.objects.filter(live_chat=ask())
    now = clock()

    refused("an_offer_is_open_or_closed", lambda: offers.update(outcome="declined"))
    refused("an_offer_is_open_or_closed", lambda: offers.update(closed_at=now))


def test_an_offer_leaves_time(ask, alice, clock, refused):
    offers = Offer.objects.filter(live_chat=ask())

    refused("an_offer_leaves_time", lambda: offers.update(expires_at=F("made_at")))


def test_a_route_never_changes(round_robin, refused):
    refused("A route never changes", lambda: Route.objects.update(method="custom_rules"))


@pytest.mark.parametrize("limit", [0, 11])
def test_a_limit_is_one_to_ten(alice, refused, limit):
    refused("agent_chat_limit_1_to_10", lambda: Agent.objects.update(chat_limit=limit))
    refused("workspace_chats_per_agent_1_to_10", lambda: Workspace.objects.update(chats_per_agent=limit))


def test_there_is_one_workspace(db, refused):
    refused("there_is_one_workspace", lambda: Workspace.objects.create(pk=2))
    assert Workspace.objects.count() == 1


def test_a_description_has_one_route(to_alice, to_sales, round_robin, alice, sales, refused):
    def create(**description):
        return lambda: Route.objects.create(**description)

    refused("one_route_of_a_description", create(method="round_robin"))
    refused("one_route_of_a_description", create(method="agent", agent=alice))
    refused("one_route_of_a_description", create(method="team", team=sales))


def test_a_route_names_whom_its_method_needs(alice, db, refused):
    team = Team.objects.create(name="Support")
    constraint = "a_route_names_whom_its_method_needs"

    for wrong in [
        {"method": "agent"},
        {"method": "agent", "team": team},
        {"method": "agent", "agent": alice, "team": team},
        {"method": "team"},
        {"method": "team", "agent": alice},
        {"method": "round_robin", "agent": alice},
        {"method": "custom_rules", "team": team},
        {"method": "somebody"},
    ]:
        refused(constraint, lambda wrong=wrong: Route.objects.create(**wrong))


def test_ended_live_chats_of_a_visitor_may_be_many(round_robin):
    vera = uuid4()

    for _ in range(3):
        LiveChat.request(visitor_key=vera, route=round_robin, attributes={})

    assert LiveChat.objects.filter(visitor_key=vera).count() == 3
