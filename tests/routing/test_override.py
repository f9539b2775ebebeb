"""Alice's hours, and the switch that overrides them until the next block or midnight."""

from datetime import UTC

import pytest

from routing.hours import Hours, Switch, override_ends, window_now
from tests.routing.wall_clock import NIGHTS, OFFICE, local, read, utc, weekly


def switched(available, at):
    return Switch(available=available, at=local(at))


def test_without_the_switch_alice_is_there_in_her_hours():
    now = local("2026-06-10 08:00")

    assert window_now(OFFICE, None, now) == OFFICE.window(now)


def test_an_override_ends_with_the_next_block():
    assert override_ends(OFFICE, switched(False, "2026-06-10 10:00")) == local("2026-06-10 13:00")


def test_an_override_ends_at_midnight():
    assert override_ends(OFFICE, switched(True, "2026-06-10 19:00")) == local("2026-06-11 00:00")
    assert override_ends(Hours(), switched(True, "2026-06-10 19:00")) == utc("2026-06-11 00:00")


def test_switched_on_before_her_hours_alice_stays_for_them():
    window = window_now(OFFICE, switched(True, "2026-06-10 08:40"), local("2026-06-10 08:50"))

    assert read([window]) == ["Wed 08:40 to Wed 12:30"]


def test_switched_on_after_her_hours_alice_stays_until_midnight():
    window = window_now(OFFICE, switched(True, "2026-06-10 19:00"), local("2026-06-10 19:00"))

    assert read([window]) == ["Wed 19:00 to Thu 00:00"]
    assert window.begins.tzinfo is UTC


def test_switched_on_before_a_day_that_begins_at_midnight_alice_stays_for_it():
    hours = weekly("00:00-06:00")

    window = window_now(hours, switched(True, "2026-06-10 23:00"), local("2026-06-10 23:30"))

    assert read([window]) == ["Wed 23:00 to Thu 06:00"]


def test_switched_on_inside_her_hours_alice_follows_them():
    office_hours = window_now(OFFICE, switched(True, "2026-06-10 10:00"), local("2026-06-10 12:45"))
    night = window_now(NIGHTS, switched(True, "2026-06-10 23:00"), local("2026-06-10 23:30"))

    assert read([office_hours]) == ["Wed 13:00 to Wed 17:30"]
    assert read([night]) == ["Wed 22:00 to Thu 06:00"]


def test_switched_away_alice_is_back_with_the_next_block():
    window = window_now(OFFICE, switched(False, "2026-06-10 10:00"), local("2026-06-10 10:30"))

    assert read([window]) == ["Wed 13:00 to Wed 17:30"]


def test_switched_away_in_the_last_block_alice_is_back_on_the_next_day():
    window = window_now(OFFICE, switched(False, "2026-06-12 15:00"), local("2026-06-12 15:00"))

    assert read([window]) == ["Mon 09:00 to Mon 12:30"]


def test_switched_away_in_the_night_alice_is_back_at_midnight():
    window = window_now(NIGHTS, switched(False, "2026-06-10 23:00"), local("2026-06-10 23:30"))

    assert read([window]) == ["Thu 00:00 to Thu 06:00"]


def test_switched_away_without_hours_alice_is_not_back():
    assert window_now(Hours(), switched(False, "2026-06-10 10:00"), local("2026-06-10 10:00")) is None


@pytest.mark.parametrize("available", [True, False])
def test_an_override_that_is_over_says_nothing(available):
    now = local("2026-06-10 13:00")

    assert window_now(OFFICE, switched(available, "2026-06-10 12:45"), now) == OFFICE.window(now)
