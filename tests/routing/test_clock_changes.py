"""Alice's hours when the clock is put forward or back, in the ways that zones know."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.hours import Hours, Window
from tests.routing.wall_clock import block, local, read, utc, weekly

THURSDAY, FRIDAY, SATURDAY, SUNDAY = 3, 4, 5, 6


@pytest.mark.parametrize(
    ("zone", "evening", "begins", "ends", "hours_long"),
    [
        ("Europe/Amsterdam", "2026-03-28 23:00", "2026-03-28 21:00", "2026-03-29 04:00", 7),
        ("Europe/Amsterdam", "2026-10-24 23:00", "2026-10-24 20:00", "2026-10-25 05:00", 9),
        ("America/New_York", "2026-03-07 23:00", "2026-03-08 03:00", "2026-03-08 10:00", 7),
        ("America/New_York", "2026-10-31 23:00", "2026-11-01 02:00", "2026-11-01 11:00", 9),
        ("Australia/Lord_Howe", "2026-10-03 23:00", "2026-10-03 11:30", "2026-10-03 19:00", 7.5),
        ("Australia/Lord_Howe", "2026-04-04 23:00", "2026-04-04 11:00", "2026-04-04 19:30", 8.5),
    ],
)
def test_a_night_is_as_long_as_the_clock_change_makes_it(zone, evening, begins, ends, hours_long):
    window = weekly("22:00-06:00", zone=zone).window(local(evening, zone))

    assert window == Window(utc(begins), utc(ends))
    assert window.ends - window.begins == timedelta(hours=hours_long)


@pytest.mark.parametrize(
    ("zone", "day", "at", "reads"),
    [
        ("Europe/Amsterdam", "2026-03-29", "02:30", "03:30"),
        ("America/New_York", "2026-03-08", "02:30", "03:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "02:45"),
        ("Africa/Cairo", "2024-04-26", "00:30", "01:30"),
    ],
)
def test_a_time_that_is_left_out_is_read_with_the_offset_before(zone, day, at, reads):
    hours = weekly(f"{at}-08:00", zone=zone)

    assert hours.window(local(f"{day} 00:00", zone)) == Window(
        local(f"{day} {reads}", zone), local(f"{day} 08:00", zone)
    )


def test_a_time_that_comes_twice_is_its_first_occurrence():
    hours = weekly("02:30-02:45", days=[SUNDAY])

    assert hours.window(utc("2026-10-25 00:00")) == Window(utc("2026-10-25 00:30"), utc("2026-10-25 00:45"))
    assert hours.window(utc("2026-10-25 00:45")).begins == utc("2026-11-01 01:30")


def test_of_a_block_that_the_clock_leaves_out_nothing_is_left():
    hours = weekly("02:00-03:00", days=[SUNDAY])

    # Put forward on the 29th: Alice is not there before the 5th of April.
    assert hours.window(local("2026-03-23 12:00")).begins == local("2026-04-05 02:00")
    assert hours.next_begin(local("2026-03-23 12:00")) == local("2026-04-05 02:00")


def test_a_block_that_ends_before_it_begins_by_the_change_is_empty():
    # 02:30 is 03:30 then, and 03:15 is over.
    hours = weekly("02:30-03:15", days=[SUNDAY])

    assert hours.window(local("2026-03-29 00:00")).begins == local("2026-04-05 02:30")


def test_a_block_that_is_moved_past_a_later_one_comes_after_it():
    # 02:10 is 03:10 then.
    hours = weekly("02:10-04:00", "03:00-03:05", days=[SUNDAY])

    assert read(hours.windows(local("2026-03-29 00:00")))[:2] == [
        "Sun 03:00 to Sun 03:05",
        "Sun 03:10 to Sun 04:00",
    ]
    assert hours.next_begin(local("2026-03-29 00:00")) == utc("2026-03-29 01:00")


def test_the_friday_that_samoa_skipped_is_worked_on_saturday():
    hours = weekly("09:00-17:00", days=[THURSDAY, FRIDAY, SUNDAY], zone="Pacific/Apia")

    # There is no 30th of December 2011: its times are read with the offset of the 29th.
    assert read(hours.windows(utc("2011-12-29 18:00")), "Pacific/Apia")[:3] == [
        "Thu 09:00 to Thu 17:00",
        "Sat 09:00 to Sat 17:00",
        "Sun 09:00 to Sun 17:00",
    ]


def test_the_afternoon_that_samoa_skipped_comes_after_the_morning_it_did_not():
    hours = Hours(
        zone=ZoneInfo("Pacific/Apia"), week={FRIDAY: [block("13:00-17:00")], SATURDAY: [block("09:00-11:00")]}
    )

    assert read(hours.windows(utc("2011-12-29 18:00")), "Pacific/Apia")[:2] == [
        "Sat 09:00 to Sat 11:00",
        "Sat 13:00 to Sat 17:00",
    ]


def test_a_night_into_the_day_that_samoa_skipped_is_as_long_as_ever():
    hours = weekly("22:00-06:00", days=[THURSDAY], zone="Pacific/Apia")

    assert hours.window(utc("2011-12-30 08:30")) == Window(utc("2011-12-30 08:00"), utc("2011-12-30 16:00"))


@pytest.mark.parametrize(
    ("zone", "evening", "midnight"),
    [
        ("Europe/Amsterdam", "2026-06-10 23:59:59", "2026-06-10 22:00"),
        ("Europe/Amsterdam", "2026-06-10 00:00", "2026-06-10 22:00"),
        ("Africa/Cairo", "2024-04-25 23:00", "2024-04-25 22:00"),  # reads 01:00
        ("America/Santiago", "2024-09-07 23:00", "2024-09-08 04:00"),  # reads 01:00
        ("Asia/Beirut", "2024-03-30 23:00", "2024-03-30 22:00"),  # reads 01:00
        ("America/Havana", "2024-03-09 23:00", "2024-03-10 05:00"),  # reads 01:00
        ("America/Santiago", "2024-04-06 23:30", "2024-04-07 04:00"),  # 23:30 comes twice
        ("America/Havana", "2024-11-03 00:30", "2024-11-04 05:00"),  # 00:00 came twice
        ("America/St_Johns", "2009-10-31 23:30", "2009-11-01 02:30"),
        ("Pacific/Apia", "2011-12-29 23:00", "2011-12-30 10:00"),
    ],
)
def test_midnight_is_the_first_moment_of_the_next_day(zone, evening, midnight):
    assert Hours(zone=ZoneInfo(zone)).next_midnight(local(evening, zone)) == utc(midnight)
