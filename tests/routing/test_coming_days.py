"""What Alice's hours come to in the coming week, in words."""

from datetime import date, time

from routing.coming_days import coming_days
from routing.hours import Block, Hours
from tests.routing.wall_clock import NIGHTS, OFFICE, local

AMSTERDAM = OFFICE.zone


def told(hours, now):
    return [f"{day.date:%a}: {day.words}" for day in coming_days(hours, now)]


def test_seven_days_from_today_on():
    days = coming_days(OFFICE, local("2026-06-10 15:00"))

    assert [day.date for day in days] == [date(2026, 6, n) for n in range(10, 17)]


def test_the_hours_of_today_are_told_whole_though_some_have_passed():
    assert told(OFFICE, local("2026-06-10 15:00"))[0] == "Wed: 09:00 to 12:30, 13:00 to 17:30"


def test_a_night_is_told_on_both_of_its_days():
    assert told(NIGHTS, local("2026-06-10 15:00"))[:2] == [
        "Wed: 00:00 to 06:00, 22:00 to midnight",
        "Thu: 00:00 to 06:00, 22:00 to midnight",
    ]


def test_without_hours_every_day_is_off():
    assert {day.words for day in coming_days(Hours(AMSTERDAM), local("2026-06-10 15:00"))} == {"off"}


def test_round_the_clock_is_all_day_also_on_days_of_23_and_of_25_hours():
    always = Hours(AMSTERDAM, {day: [Block(time(0), time(0))] for day in range(7)})

    for now in ("2026-03-28 12:00", "2026-10-24 12:00"):
        assert {day.words for day in coming_days(always, local(now))} == {"all day"}


def test_a_day_that_holds_something_else_is_marked():
    hours = Hours(
        AMSTERDAM, OFFICE.week, {date(2026, 6, 11): [], date(2026, 6, 13): [Block(time(10), time(12))]}
    )

    days = coming_days(hours, local("2026-06-10 15:00"))

    assert [(day.words, day.is_exception) for day in days][1:4] == [
        ("off", True),
        ("09:00 to 12:30, 13:00 to 17:30", False),
        ("10:00 to 12:00", True),
    ]


def test_the_clock_that_is_put_forward_changes_no_words():
    night = Hours(AMSTERDAM, {5: [Block(time(22), time(6))]})

    assert told(night, local("2026-03-28 12:00"))[:2] == ["Sat: 22:00 to midnight", "Sun: 00:00 to 06:00"]
