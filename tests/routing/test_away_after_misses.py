"""Who misses two offers in a row is set to away: the next visitor need not wait for them too."""

from datetime import time

import pytest

from routing.models import HoursBlock, State, Workspace


@pytest.fixture
def miss(ask, to_alice, clock):
    """Alice lets an offer run out."""

    def miss():
        live_chat = ask(to_alice)
        assert live_chat.state == State.OFFERED
        clock.move(seconds=100)
        live_chat.expire_offer()

    return miss


@pytest.fixture
def words(alice, clock):
    def words():
        alice.refresh_from_db()
        return alice.in_words(clock())

    return words


def test_one_missed_offer_is_forgiven(miss, alice, words):
    miss()

    assert words().startswith("Available")


def test_after_two_alice_is_away_and_told_why(miss, alice, words):
    miss(), miss()

    assert words() == "Away: you missed two offers in a row"
    assert alice.is_set_away


def test_in_her_hours_she_is_back_with_the_next_block(miss, alice, words, clock):
    for begins, ends in [(9, 13), (14, 18)]:
        HoursBlock.objects.create(agent=alice, weekday=2, begins=time(begins), ends=time(ends))
    alice.switch(available=True)
    miss(), miss()
    assert words() == "Away: you missed two offers in a row, back 14:00"

    clock.move(hours=2)
    alice.settle()

    assert words() == "Available until 18:00"
    assert not alice.is_set_away


def test_outside_her_hours_she_is_told_too(miss, alice, words):
    HoursBlock.objects.create(agent=alice, weekday=2, begins=time(14), ends=time(18))
    alice.switch(available=True)

    miss(), miss()

    assert words() == "Away: you missed two offers in a row, back 14:00"


def test_one_click_brings_her_back_and_forgives_what_was_missed(miss, alice, words):
    miss(), miss()

    alice.switch(available=True)
    miss()

    assert words().startswith("Available")
    assert not alice.is_set_away


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_an_answer_in_between_begins_a_new_count(miss, ask, to_alice, alice, words, answer):
    miss()
    getattr(ask(to_alice), answer)(alice)
    miss()

    assert words().startswith("Available")


def test_a_visitor_who_stops_waiting_is_nobody_s_answer(miss, ask, to_alice, alice, words):
    miss()
    ask(to_alice).cancel()
    miss()

    assert words().startswith("Away")


def test_where_the_setting_is_off_nobody_is_set_away(miss, alice, words):
    Workspace.objects.update(away_after_misses=False)

    miss(), miss(), miss()

    assert words().startswith("Available")


def test_offers_that_alice_left_open_when_she_went_do_not_count(ask, to_alice, alice, clock, words):
    chats = [ask(to_alice), ask(to_alice)]
    alice.switch(available=False)

    clock.move(seconds=100)
    for live_chat in chats:
        live_chat.expire_offer()

    assert words() == "Away"
