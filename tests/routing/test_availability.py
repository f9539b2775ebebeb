"""Alice's hours and her switch, as rows that are settled whenever the clock finds them due."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from routing.jobs import settle_agent
from routing.models import Agent, HoursBlock, HoursException
from routing.models.availability import Switched
from routing.signals import agent_changed

AMSTERDAM = "Europe/Amsterdam"
WEDNESDAY = 2


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def alice(hire):
    return hire("Alice", available=False)


@pytest.fixture
def works(clock):
    """Gives an agent these blocks every such weekday, such as works(alice, "09:00-17:30", weekdays=[0, 1])."""

    def works(agent, *blocks, weekdays=range(7), zone=""):
        Agent.objects.filter(pk=agent.pk).update(time_zone=zone)
        for weekday in weekdays:
            for block in blocks:
                begins, ends = map(time.fromisoformat, block.split("-"))
                HoursBlock.objects.create(agent=agent, weekday=weekday, begins=begins, ends=ends)
        agent.settle()

    return works


@pytest.fixture
def changes(clock):
    """When an agent becomes available and stops being so, with a clock that is moved to each moment that is due."""

    def changes(agent, *, count):
        seen = []
        for _ in range(count):
            agent.refresh_from_db()
            clock.stand_at(agent.settle_at)
            assert list(Agent.objects.to_settle()) == [agent]
            settle_agent(agent.pk)
            agent.refresh_from_db()
            assert agent.is_available == Agent.objects.available().filter(pk=agent.pk).exists()
            seen.append((f"{clock():%a %H:%M}", agent.is_available))
        return seen

    return changes


# By the hours


def test_hours_begin_and_end_by_the_clock(alice, works, clock, changes):
    clock.stand_at(at("2026-06-10T08:00"))
    works(alice, "09:00-12:30", "13:00-17:30", weekdays=[WEDNESDAY])

    assert changes(alice, count=5) == [
        ("Wed 09:00", True),
        ("Wed 12:30", False),
        ("Wed 13:00", True),
        ("Wed 17:30", False),
        ("Wed 09:00", True),
    ]


def test_to_the_microsecond(alice, works, clock):
    clock.stand_at(at("2026-06-10T08:00"))
    works(alice, "09:00-17:30", weekdays=[WEDNESDAY])

    clock.stand_at(at("2026-06-10T09:00") - timedelta(microseconds=1))
    assert not Agent.objects.available().exists()
    clock.stand_at(at("2026-06-10T09:00"))
    assert Agent.objects.available().exists()
    clock.stand_at(at("2026-06-10T17:30") - timedelta(microseconds=1))
    assert Agent.objects.available().exists()
    clock.stand_at(at("2026-06-10T17:30"))
    assert not Agent.objects.available().exists()


def test_nobody_has_to_come_on_time_for_hours_to_hold(alice, works, clock):
    """What comes next is written down before it comes."""
    clock.stand_at(at("2026-06-10T08:00"))
    works(alice, "09:00-17:30", weekdays=[WEDNESDAY])

    clock.stand_at(at("2026-06-10T10:00"))

    assert list(Agent.objects.available()) == [alice]


def test_a_night_shift_is_one_stretch(alice, works, clock, changes):
    clock.stand_at(at("2026-06-10T20:00"))
    works(alice, "22:00-06:00", weekdays=[WEDNESDAY])

    assert changes(alice, count=2) == [("Wed 22:00", True), ("Thu 06:00", False)]


def test_hours_go_by_the_wall_clock_when_it_is_put_forward(alice, works, clock, changes):
    # At two it is three in Amsterdam on Sunday 29 March.
    clock.stand_at(at("2026-03-28T12:00"))
    works(alice, "01:30-03:30", zone=AMSTERDAM)

    assert changes(alice, count=4) == [
        ("Sun 00:30", True),
        ("Sun 01:30", False),
        ("Sun 23:30", True),
        ("Mon 01:30", False),
    ]


def test_hours_go_by_the_wall_clock_when_it_is_put_back(alice, works, clock, changes):
    # At three it is two once more in Amsterdam on Sunday 25 October.
    clock.stand_at(at("2026-10-24T12:00"))
    works(alice, "01:30-03:30", zone=AMSTERDAM)

    assert changes(alice, count=2) == [("Sat 23:30", True), ("Sun 02:30", False)]


def test_a_day_off_takes_the_place_of_its_weekday(alice, works, clock, changes):
    clock.stand_at(at("2026-06-10T08:00"))
    HoursException.objects.create(agent=alice, first_day=date(2026, 6, 10), last_day=date(2026, 6, 11))
    works(alice, "09:00-17:00")

    assert changes(alice, count=2) == [("Fri 09:00", True), ("Fri 17:00", False)]


def test_who_has_no_hours_is_never_due(alice):
    alice.settle()

    assert (alice.settle_at, alice.available_from, alice.available_until) == (None, None, None)


def test_settling_again_changes_nothing(alice, works, clock):
    clock.stand_at(at("2026-06-10T10:00"))
    works(alice, "09:00-17:00")
    before = Agent.objects.values(*Agent.FIELDS).get()

    settle_agent(alice.pk)
    settle_agent(alice.pk)

    assert Agent.objects.values(*Agent.FIELDS).get() == before


def test_everybody_hears_when_hours_begin(alice, works, clock):
    clock.stand_at(at("2026-06-10T08:00"))
    works(alice, "09:00-17:00")
    heard = []
    agent_changed.connect(listener := lambda agent, **kwargs: heard.append(agent.is_available))

    clock.stand_at(at("2026-06-10T09:00"))
    settle_agent(alice.pk)

    agent_changed.disconnect(listener)
    assert heard == [True]


# By the switch


def test_the_switch_gives_way_to_the_next_block(alice, works, clock, changes):
    clock.stand_at(at("2026-06-10T10:00"))
    works(alice, "09:00-12:30", "13:00-17:30", weekdays=[WEDNESDAY])

    alice.switch(available=False)

    assert not alice.is_available
    assert changes(alice, count=1) == [("Wed 13:00", True)]
    assert alice.switched == Switched.NOT


def test_the_switch_gives_way_to_midnight_where_alice_is(alice, works, clock, changes):
    clock.stand_at(at("2026-06-10T17:00"))
    works(alice, "09:00-17:30", weekdays=[0], zone=AMSTERDAM)

    alice.switch(available=True)

    assert alice.is_available
    assert changes(alice, count=1) == [("Wed 22:00", False)]
    assert (alice.switched, alice.switched_at) == (Switched.NOT, None)


def test_switching_to_what_the_hours_say_is_no_override(alice, works, clock, changes):
    clock.stand_at(at("2026-06-10T10:00"))
    works(alice, "09:00-12:30", weekdays=[WEDNESDAY])
    alice.switch(available=False)

    alice.switch(available=True)

    assert alice.switched == Switched.NOT
    assert changes(alice, count=1) == [("Wed 12:30", False)]


def test_away_in_a_long_stretch_ends_at_midnight(alice, works, clock, changes):
    clock.stand_at(at("2026-06-10T10:00"))
    works(alice, "00:00-00:00")

    alice.switch(available=False)

    assert changes(alice, count=1) == [("Thu 00:00", True)]


def test_available_until_midnight_runs_on_into_hours_that_begin_there(alice, works, clock, changes):
    clock.stand_at(at("2026-06-10T21:00"))
    works(alice, "00:00-06:00", weekdays=[3])

    alice.switch(available=True)

    assert changes(alice, count=2) == [("Thu 00:00", True), ("Thu 06:00", False)]


def test_midnight_of_a_short_day_ends_the_switch(alice, works, clock, changes):
    clock.stand_at(at("2026-03-29T12:00"))
    works(alice, zone=AMSTERDAM)

    alice.switch(available=True)

    assert changes(alice, count=1) == [("Sun 22:00", False)]


def test_hours_that_change_under_the_switch_leave_it_where_it_is(alice, works, clock):
    clock.stand_at(at("2026-06-10T10:00"))
    alice.switch(available=True)

    works(alice, "15:00-17:00")

    assert alice.switched == Switched.AVAILABLE
    # Until the next block, which now begins at three, and then to its end.
    assert alice.available_until == at("2026-06-10T17:00")
    assert alice.settle_at == at("2026-06-10T15:00")


def test_set_away_lasts_no_longer_than_the_switch_does(alice, works, clock, changes):
    clock.stand_at(at("2026-06-10T10:00"))
    works(alice, "09:00-12:30", "13:00-17:30")
    alice.set_away()
    assert alice.is_set_away

    assert changes(alice, count=1) == [("Wed 13:00", True)]
    assert not alice.is_set_away


# In words


def words(agent, moment, **options):
    return agent.in_words(at(moment), **options)


def test_until_midnight(alice, clock):
    clock.stand_at(at("2026-06-10T10:00"))
    alice.switch(available=True)

    assert words(alice, "2026-06-10T10:00") == "Available until midnight"


def test_until_half_past_five(alice, works, clock):
    clock.stand_at(at("2026-06-10T10:00"))
    works(alice, "09:00-17:30")

    assert words(alice, "2026-06-10T10:00") == "Available until 17:30"


def test_until_a_time_where_alice_is(alice, works, clock):
    clock.stand_at(at("2026-06-10T10:00"))
    works(alice, "09:00-17:30", zone="Asia/Kathmandu")

    # It is a quarter to four there.
    assert words(alice, "2026-06-10T10:00") == "Available until 17:30"
    # And a second after half past five, before anybody has settled what comes next.
    assert words(alice, "2026-06-10T11:45:01") == "Away"


def test_until_tomorrow(alice, works, clock):
    clock.stand_at(at("2026-06-10T23:00"))
    works(alice, "22:00-06:00", weekdays=[WEDNESDAY])

    assert words(alice, "2026-06-10T23:00") == "Available until Thu 06:00"


def test_round_the_clock_has_no_end_worth_telling(alice, works, clock):
    clock.stand_at(at("2026-06-10T10:00"))
    works(alice, "00:00-00:00")

    assert words(alice, "2026-06-10T10:00") == "Available"


def test_outside_the_hours_of_the_same_day(alice, works, clock):
    clock.stand_at(at("2026-06-10T08:00"))
    works(alice, "09:00-17:30")

    assert words(alice, "2026-06-10T08:00") == "Away: outside your hours, back 09:00"
    assert words(alice, "2026-06-10T08:00", own=False) == "Away: outside their hours, back 09:00"


def test_back_on_monday(alice, works, clock):
    clock.stand_at(at("2026-06-12T18:00"))
    works(alice, "09:00-17:30", weekdays=range(5))

    assert words(alice, "2026-06-12T18:00") == "Away: outside your hours, back Mon 09:00"


def test_a_week_from_now_has_a_date(alice, works, clock):
    clock.stand_at(at("2026-06-10T18:00"))
    works(alice, "09:00-17:30", weekdays=[WEDNESDAY])

    assert words(alice, "2026-06-10T18:00") == "Away: outside your hours, back 17 Jun 09:00"


def test_away_by_the_switch_is_back_with_the_next_block(alice, works, clock):
    clock.stand_at(at("2026-06-10T10:00"))
    works(alice, "09:00-12:30", "13:00-17:30")
    alice.switch(available=False)

    assert words(alice, "2026-06-10T10:00") == "Away, back 13:00"


def test_set_away_tells_why(alice, works, clock):
    clock.stand_at(at("2026-06-12T14:00"))
    works(alice, "09:00-17:30", weekdays=range(5))
    alice.set_away()

    assert words(alice, "2026-06-12T14:00") == "Away: you missed two offers in a row, back Mon 09:00"
    assert words(alice, "2026-06-12T14:00", own=False).startswith("Away: they missed two offers in a row")


def test_out_of_reach(alice, clock):
    clock.stand_at(at("2026-06-10T10:00"))
    alice.switch(available=True)

    assert words(alice, "2026-06-10T10:00", is_reachable=False) == "Away: no open page and no alerts"


def test_who_has_neither_hours_nor_a_switch_is_away(alice):
    assert words(alice, "2026-06-10T10:00") == "Away"
