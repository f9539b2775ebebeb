"""Managers hear in time that the Select plan runs out."""

import pytest
from django.urls import reverse

from routing.models import Plan

PAGES = ["admin:index", "inbox:profile"]


@pytest.fixture
def accept(ask, alice):
    def accept(times):
        for _ in range(times):
            live_chat = ask()
            live_chat.accept(alice)
            live_chat.end(because="agent")

    return accept


@pytest.fixture
def ten(select):
    select.engagement_limit = 10
    select.save()
    return select


@pytest.fixture
def page_of(client, max):
    client.force_login(max)
    return lambda name: client.get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_at_nine_tenths_max_reads_how_many_are_used_and_what_to_do(ten, accept, page_of, name):
    accept(9)

    page = page_of(name)
    assert "9 of 10 engagements of the" in page
    assert "change the plan" in page
    assert "When all are" in page


@pytest.mark.parametrize("name", PAGES)
def test_when_all_are_used_max_reads_what_visitors_read_now(ten, accept, page_of, name):
    accept(10)

    page = page_of(name)
    assert "10 of 10 engagements of the" in page
    assert "When all are" not in page


def test_the_banner_leads_to_the_chats_that_count(ten, accept, ask, page_of, client):
    accept(9)
    ask().cancel()

    assert 'href="/admin/routing/livechat/?accepted_at__isnull=False"' in page_of("admin:index")
    counted = client.get("/admin/routing/livechat/?accepted_at__isnull=False")
    assert counted.context["cl"].result_count == 9


def test_before_that_nothing_is_said(ten, accept, page_of):
    accept(8)

    assert "engagements" not in page_of("admin:index")


def test_on_prime_nothing_is_said(ten, accept, page_of):
    accept(9)
    ten.plan = Plan.PRIME
    ten.save()

    assert "engagements" not in page_of("admin:index")


def test_alice_who_manages_nothing_is_not_troubled(ten, accept, client, alice):
    accept(9)
    client.force_login(alice.user)

    assert "engagements" not in client.get(reverse("inbox:home")).content.decode()
