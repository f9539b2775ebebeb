"""Alice's week: blocks, nights, days off and vacations."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.hours import Hours, Window
from tests.routing.wall_clock import NIGHTS, OFFICE, block, local, read, utc, weekly

MONDAY, TUESDAY, FRIDAY, SATURDAY = 0, 1, 4, 5


def test_a_window_is_given_in_utc():
    assert OFFICE.window(local("2026-06-10 10:00")) == Window(
        utc("2026-06-10 07:00"), utc("2026-06-10 10:30")
    )
    assert OFFICE.window(local("2026-06-10 10:00")).begins.tzinfo is UTC


def test_alice_has_lunch_and_comes_back():
    assert read([OFFICE.window(local("2026-06-10 12:29"))]) == ["Wed 09:00 to Wed 12:30"]
    assert read([OFFICE.window(local("2026-06-10 12:30"))]) == ["Wed 13:00 to Wed 17:30"]


def test_on_friday_evening_alice_is_back_on_monday():
    assert read([OFFICE.window(local("2026-06-12 17:30"))]) == ["Mon 09:00 to Mon 12:30"]


def test_the_windows_ahead_come_in_order_whatever_the_order_of_the_blocks():
    hours = weekly("13:00-17:30", "09:00-12:30", days=[MONDAY, FRIDAY])

    assert read(hours.windows(local("2026-06-12 13:00")))[:3] == [
        "Fri 13:00 to Fri 17:30",
        "Mon 09:00 to Mon 12:30",
        "Mon 13:00 to Mon 17:30",
    ]


def test_alice_works_through_midnight():
    assert read([NIGHTS.window(local("2026-06-10 03:00"))]) == ["Tue 22:00 to Wed 06:00"]
    assert read([NIGHTS.window(local("2026-06-10 06:00"))]) == ["Wed 22:00 to Thu 06:00"]


def test_friday_s_night_ends_on_saturday():
    assert read([NIGHTS.window(local("2026-06-13 05:59"))]) == ["Fri 22:00 to Sat 06:00"]


@pytest.mark.parametrize("second", ["12:00-17:00", "11:00-17:00", "10:00-11:00", "09:00-17:00"])
def test_blocks_that_touch_or_overlap_are_one_window(second):
    hours = weekly("09:00-12:00", second, days=[MONDAY])

    ends = "12:00" if second == "10:00-11:00" else "17:00"
    assert read([hours.window(local("2026-06-08 09:30"))]) == [f"Mon 09:00 to Mon {ends}"]


def test_blocks_that_touch_at_midnight_are_one_window():
    hours = Hours(
        zone=ZoneInfo("Europe/Amsterdam"),
        week={MONDAY: [block("20:00-00:00")], TUESDAY: [block("00:00-04:00")]},
    )

    assert read([hours.window(local("2026-06-08 21:00"))]) == ["Mon 20:00 to Tue 04:00"]


def test_a_block_from_midnight_to_midnight_is_a_whole_day():
    hours = weekly("00:00-00:00", days=[SATURDAY])

    assert read([hours.window(local("2026-06-10 12:00"))]) == ["Sat 00:00 to Sun 00:00"]


def test_around_the_clock_is_one_window_of_all_days_that_are_looked_at():
    hours, now = weekly("00:00-00:00"), local("2026-06-10 12:00")

    assert list(hours.windows(now)) == [Window(local("2026-06-02 00:00"), local("2026-06-26 00:00"))]


def test_a_day_off_is_no_day_of_work_but_leaves_the_night_before_whole():
    wednesday = date(2026, 6, 10)
    hours = weekly("22:00-06:00", days=range(5), exceptions={wednesday: []})

    assert read(hours.windows(local("2026-06-10 01:00")))[:2] == [
        "Tue 22:00 to Wed 06:00",
        "Thu 22:00 to Fri 06:00",
    ]


def test_an_exception_stands_in_place_of_its_weekday():
    hours = weekly("09:00-17:00", days=range(5), exceptions={date(2026, 6, 10): [block("12:00-14:00")]})

    assert read(hours.windows(local("2026-06-10 06:00")))[:2] == [
        "Wed 12:00 to Wed 14:00",
        "Thu 09:00 to Thu 17:00",
    ]


def test_alice_works_on_one_sunday():
    hours = weekly("09:00-17:00", days=range(5), exceptions={date(2026, 6, 14): [block("10:00-12:00")]})

    assert read([hours.window(local("2026-06-12 18:00"))]) == ["Sun 10:00 to Sun 12:00"]


@pytest.mark.parametrize("days", [7, 30, 380])
def test_after_a_vacation_alice_is_back(days):
    first = date(2026, 6, 8)
    away = {first + timedelta(days=n): [] for n in range(days)}
    hours = weekly("09:00-17:00", exceptions=away)

    back = local("2026-06-08 09:00") + timedelta(days=days)
    assert hours.window(local("2026-06-08 08:00")).begins == back
    assert hours.next_begin(local("2026-06-08 08:00")) == back


def test_after_the_last_of_her_days_alice_is_not_back():
    hours = Hours(exceptions={date(2026, 6, 10): [block("09:00-17:00")]})

    assert hours.window(utc("2026-06-10 16:59")) == Window(utc("2026-06-10 09:00"), utc("2026-06-10 17:00"))
    assert hours.window(utc("2026-06-10 17:00")) is None


def test_no_more_than_400_days_are_looked_at():
    work = {date(2027, 7, 15): [block("09:00-17:00")], date(2027, 7, 16): [block("09:00-17:00")]}
    hours = Hours(exceptions=work)

    # The first of them is 400 days away, the second 401.
    assert len(list(hours.windows(utc("2026-06-10 12:00")))) == 1
    assert hours.next_begin(utc("2027-07-16 09:00")) is None


def test_an_exception_of_old_keeps_nobody_from_looking_ahead():
    hours = weekly("09:00-17:00", days=[MONDAY], exceptions={date(2020, 1, 1): []})

    assert read([hours.window(local("2026-06-10 12:00"))]) == ["Mon 09:00 to Mon 17:00"]


def test_without_hours_alice_is_never_there():
    now = utc("2026-06-10 12:00")

    assert Hours().window(now) is None
    assert Hours().next_begin(now) is None
    assert list(weekly("09:00-17:00", days=[]).windows(now)) == []


def test_without_a_zone_the_hours_are_in_utc():
    hours = Hours(week={2: [block("09:00-17:00")]})

    assert hours.window(utc("2026-06-10 12:00")) == Window(utc("2026-06-10 09:00"), utc("2026-06-10 17:00"))
    assert hours.next_midnight(utc("2026-06-10 12:00")) == utc("2026-06-11 00:00")


def test_each_block_begins_also_one_that_touches_or_overlaps_another():
    hours = weekly("09:00-12:00", "12:00-17:00", "16:00-18:00", days=[MONDAY])

    begins = [hours.next_begin(local(f"2026-06-08 {at}")) for at in ("08:00", "09:00", "12:00", "16:00")]

    assert read([begins]) == ["Mon 09:00 to Mon 12:00 to Mon 16:00 to Mon 09:00"]
    assert begins[-1] - begins[-2] == timedelta(days=6, hours=17)
