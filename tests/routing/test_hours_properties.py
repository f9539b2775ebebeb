"""Hours, near clock changes of many kinds, are what the slow and obvious model says.

PROOF=1 looks at all zones, and at more of everything; SEED repeats a run.
"""

import os
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from routing.hours import Block, Hours, Switch, override_ends, window_now
from tests.routing.slow_hours import DAY, MINUTE, SlowHours, SlowZone, minutes_of, runs

PROOF = bool(os.environ.get("PROOF"))
CHANGES = [
    ("Europe/Amsterdam", date(2026, 3, 29)),
    ("Europe/Amsterdam", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Cairo", date(2024, 4, 26)),
    ("America/Santiago", date(2024, 9, 8)),
    ("Asia/Beirut", date(2024, 10, 27)),
    ("America/Havana", date(2024, 3, 10)),
    ("America/Havana", date(2024, 11, 3)),
    ("America/St_Johns", date(2009, 11, 1)),
    ("Antarctica/Casey", date(2010, 3, 5)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2026, 6, 10)),
]


@lru_cache(maxsize=len(CHANGES))
def slow_zone(name, around):
    return SlowZone(name, around)


def changes(name, year):
    """The days of a year on which the zone's clock is changed, or else one that is like all others."""
    days = [datetime(year, 1, 1, 12, tzinfo=ZoneInfo(name)) + n * DAY for n in range(365)]
    return [b.date() for a, b in pairwise(days) if a.utcoffset() != b.utcoffset()] or [date(year, 6, 10)]


@st.composite
def cases(draw):
    """A zone, an agent's hours in it, and a moment, all near a clock change."""
    if PROOF and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(available_timezones())))
        around = draw(st.sampled_from(changes(name, draw(st.integers(1980, 2037)))))
    else:
        name, around = draw(st.sampled_from(CHANGES))
    day = st.lists(blocks, max_size=3)
    hours = Hours(
        zone=ZoneInfo(name),
        week=draw(
            st.dictionaries(st.integers(0, 6), day) | day.map(lambda all: dict.fromkeys(range(7), all))
        ),
        exceptions=draw(st.dictionaries(st.integers(-9, 8).map(lambda n: around + n * DAY), day, max_size=4)),
    )
    zone = slow_zone(name, around)
    # Blocks begin and end at such times, too; an hour after the first occurrence may come the second.
    moment = zone.when(around + draw(st.integers(-3, 3)) * DAY, draw(times))
    return zone, hours, moment + draw(st.sampled_from([0, 30, 60])) * MINUTE


edges = st.sampled_from([time(hour, minute) for hour in (0, 1, 2, 3, 9, 17, 22, 23) for minute in (0, 30)])
times = edges | st.builds(time, st.integers(0, 23), st.integers(0, 59))
blocks = st.builds(Block, times, times)
seconds = st.sampled_from([0, 0, 1, 59])


def prove(test):
    """The same examples every time, or with PROOF=1 many new ones."""
    if os.environ.get("SEED"):
        test = seed(int(os.environ["SEED"]))(test)
    examples = 400 if PROOF else 30
    return settings(max_examples=examples, derandomize=not PROOF, deadline=None, database=None)(test)


@prove
@given(cases(), seconds)
def test_windows_are_the_minutes_of_the_blocks(case, seconds):
    zone, hours, since = case
    since += timedelta(seconds=seconds)

    expected = [window for window in runs(SlowHours(zone, hours, since).minutes) if window.ends > since]

    assert list(hours.windows(since)) == expected
    assert hours.window(since) == (expected[0] if expected else None)


@prove
@given(cases(), seconds)
def test_the_next_block_begins_where_the_minutes_of_one_begin(case, seconds):
    zone, hours, after = case
    after += timedelta(seconds=seconds)

    expected = min((begin for begin in SlowHours(zone, hours, after).begins if begin > after), default=None)

    assert hours.next_begin(after) == expected


@prove
@given(cases(), seconds)
def test_midnight_is_when_the_clock_shows_a_new_date(case, seconds):
    zone, hours, after = case
    after += timedelta(seconds=seconds)

    assert hours.next_midnight(after) == min(moment for moment in zone.midnights.values() if moment > after)


@prove
@given(cases(), st.booleans(), st.integers(0, 30 * 60))
def test_the_switch_adds_its_minutes_to_the_hours_or_takes_them(case, available, minutes):
    zone, hours, at = case
    now, switch = at + minutes * MINUTE, Switch(available=available, at=at)

    ends = min(
        moment for moment in {*SlowHours(zone, hours, at).begins, *zone.midnights.values()} if moment > at
    )
    by_hours = SlowHours(zone, hours, now).minutes
    if now < ends and not (available and at in by_hours):
        by_switch = minutes_of(at, ends)
        after = {minute for minute in SlowHours(zone, hours, ends).minutes if minute >= at}
        by_hours = after | by_switch if available else after - by_switch

    assert override_ends(hours, switch) == ends
    assert window_now(hours, switch, now) == next((run for run in runs(by_hours) if run.ends > now), None)
    assert window_now(hours, None, now) == hours.window(now)
