"""Who misses two offers in a row is set to away, is told so on every page, and is back with one press."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from routing.jobs import settle_agent
from routing.models import Agent, AgentPresence
from tests.conftest import PASSWORD
from tests.inbox.conftest import words_of
from tests.inbox.test_panes import pane

NOTICE = "You were set to away, because you missed two offers in a row."


@pytest.fixture
def miss(requested, another_visitor, clock):
    """Lets an offer to Alice run out."""

    def miss():
        live_chat = requested(another_visitor()).live_chat
        clock.move(seconds=101)
        live_chat.expire_offer()

    return miss


@pytest.fixture
def set_away(alice, miss):
    miss()
    miss()
    alice.refresh_from_db()
    return alice


def test_one_missed_offer_is_no_reason(at_alice_s, miss, alice):
    miss()

    assert NOTICE not in words_of(at_alice_s.get("/inbox/"))


@pytest.mark.parametrize("address", ["/inbox/", "/inbox/?tab=all", "/profile/"])
def test_every_page_tells_alice_that_she_was_set_to_away(at_alice_s, set_away, address):
    page = words_of(at_alice_s.get(address))

    assert f"{NOTICE} I am back" in page
    assert "you missed two offers in a row" in page


def test_one_press_and_she_is_back(at_alice_s, set_away):
    page = at_alice_s.get("/inbox/")
    form = pane(page, "set-away")
    action, pressed = (
        re.search(r'action="([^"]+)"', form)[1],
        re.search(r'<button[^>]* value="(\w+)"', form)[1],
    )

    page = at_alice_s.post(action, {"available": pressed}, follow=True)

    assert NOTICE not in words_of(page)
    assert "Available until midnight" in words_of(page)
    set_away.refresh_from_db()
    assert set_away.is_available


def test_after_she_is_back_it_takes_two_more(at_alice_s, set_away, miss):
    at_alice_s.post("/inbox/availability/", {"available": "yes"})

    miss()
    assert NOTICE not in words_of(at_alice_s.get("/inbox/"))

    miss()
    assert NOTICE in words_of(at_alice_s.get("/inbox/"))


def test_who_switches_to_away_themselves_is_told_nothing(at_alice_s, alice):
    at_alice_s.post("/inbox/availability/", {"available": "no"})

    assert NOTICE not in words_of(at_alice_s.get("/inbox/"))


def test_bob_is_told_nothing_of_alice(signed_in, set_away, bob):
    assert NOTICE not in words_of(signed_in(bob).get("/inbox/"))


def test_an_open_page_hears_of_it_and_its_pane_brings_the_notice(at_alice_s, alice, miss, news):
    miss()

    heard = news(miss)

    assert (f"agent:{alice.pk}", "availability") in heard
    answer = at_alice_s.get("/inbox/availability/").content.decode()
    assert 'id="set-away" hx-swap-oob="innerHTML"' in answer
    assert NOTICE in answer


def test_the_pane_takes_the_notice_away_again(at_alice_s, set_away):
    set_away.switch(available=True)

    answer = at_alice_s.get("/inbox/availability/").content.decode()

    assert re.search(r'id="set-away" hx-swap-oob="innerHTML">\s*</div>', answer)


def test_the_page_has_the_place_into_which_it_comes(at_alice_s, alice):
    assert re.search(
        r'<div id="set-away" role="status">\s*</div>', at_alice_s.get("/inbox/").content.decode()
    )


def test_at_midnight_it_is_over(at_alice_s, set_away, clock):
    clock.move(hours=12)
    settle_agent(set_away.pk)

    assert NOTICE not in words_of(at_alice_s.get("/inbox/"))


@pytest.mark.parametrize("available", ["yes", "no"])
def test_the_chosen_status_survives_a_reload_a_second_device_and_a_deploy(hire, clock, available):
    """P39."""
    alice = hire("Alice", available=available == "no")
    telephone = Client()
    told = {"yes": "Available until midnight", "no": "Away"}[available]

    def read(browser):
        page = browser.get("/inbox/")
        return words_of(page), pane(page, "switch-words")

    def sign_in(browser):
        browser.post("/login/", {"username": "alice", "password": PASSWORD})
        return browser

    desk = sign_in(Client())
    desk.post("/inbox/availability/", {"available": available})
    words, shown = read(desk)
    assert told in words

    # A second device signs in, and its page comes and goes.
    assert read(sign_in(telephone))[1] == shown
    telephone.post("/logout/")
    AgentPresence.objects.filter(agent=alice).delete()
    AgentPresence.objects.create(agent=alice, until=clock())
    # What a start does: migrating, the demo, and a clock that looks for what is due.
    call_command("migrate", verbosity=0)
    for agent in Agent.objects.to_settle():
        settle_agent(agent.pk)
    settle_agent(alice.pk)

    assert read(desk)[1] == shown
    alice.refresh_from_db()
    assert alice.is_available == (available == "yes")
