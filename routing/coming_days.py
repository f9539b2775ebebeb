"""What an agent's hours come to on the coming days, in words. Pure, as `routing/hours.py` is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import takewhile
from typing import NamedTuple

from routing.hours import Hours

DAYS = 7


class Day(NamedTuple):
    date: date
    words: str
    # An exception holds in place of the weekly hours.
    is_exception: bool


def coming_days(hours: Hours, now: datetime) -> list[Day]:
    """Today and the days after it in the agent's zone. What runs past midnight is told on both days."""
    days = list(_days(hours, now))
    ahead = list(takewhile(lambda window: window.begins < days[-1][1], hours.windows(days[0][0])))
    return [_day(hours, begins, ends, ahead) for begins, ends in days]


def _days(hours: Hours, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    today = now.astimezone(hours.zone).date()
    begins = datetime.combine(today, time.min, hours.zone).astimezone(UTC)
    for _ in range(DAYS):
        ends = hours.next_midnight(begins)
        yield begins, ends
        begins = ends


def _day(hours, begins, ends, windows):
    parts = [
        (max(window.begins, begins), min(window.ends, ends))
        for window in windows
        if window.begins < ends and window.ends > begins
    ]
    day = begins.astimezone(hours.zone).date()
    return Day(day, _in_words(parts, hours.zone, whole=(begins, ends)), is_exception=day in hours.exceptions)


def _in_words(parts, zone, *, whole):
    if parts == [whole]:
        return "all day"
    told = [
        f"{begins.astimezone(zone):%H:%M} to "
        + ("midnight" if ends == whole[1] else f"{ends.astimezone(zone):%H:%M}")
        for begins, ends in parts
    ]
    return ", ".join(told) or "off"
