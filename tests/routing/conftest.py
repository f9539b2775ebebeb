"""Routing is tested alone: here nobody has heard of a conversation."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client

from routing.models import Account, LiveChat, Method, Route


@pytest.fixture
def ask(round_robin):
    """A visitor nobody knows asks for an agent; gives the live chat."""

    def ask(route=round_robin, **attributes):
        return LiveChat.request(visitor_key=uuid4(), route=route, attributes=attributes)

    return ask


@pytest.fixture
def to_alice(alice):
    return Route.objects.to(Method.AGENT, agent=alice)


@pytest.fixture
def rows(db):
    """Every row of routing, to see that nothing was changed."""

    def rows():
        return {
            model.__name__: list(model.objects.order_by("pk").values())
            for model in apps.get_app_config("routing").get_models()
        }

    return rows


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def sign_in(db):
    def sign_in(role):
        user = User.objects.create_user(role)
        user.groups.add(Group.objects.get(name=role))
        browser = Client()
        browser.force_login(user)
        return browser

    return sign_in


@pytest.fixture
def kern(alice):
    return Account.objects.create(company="Kern", domain="kern.example", agent=alice)


@pytest.fixture
def dana(hire):
    """Is deactivated."""
    dana = hire("Dana")
    dana.deactivate()
    return dana


def asked(live_chat):
    """The names of who was asked, in order."""
    return [offer.agent.name for offer in live_chat.offers.order_by("pk")]


def outcomes(live_chat):
    return [offer.outcome for offer in live_chat.offers.order_by("pk")]
