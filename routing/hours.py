"""When an agent can be asked: weekly hours on the wall clock of their zone, dated exceptions, and the switch.

Pure: it knows neither rows nor the clock, and gives every moment in UTC. A local time that a clock change leaves
out is read with the offset before the gap, one that it repeats is its first occurrence (RFC 5545, section 3.3.5);
that is also how Python reads it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from typing import NamedTuple
from zoneinfo import ZoneInfo

# A gap in the weekly hours comes back every week, so that what runs today has begun since then.
LOOK_BACK_DAYS = 8
# A week's only block may fall into the hour that a clock change leaves out; the next week's does not.
LOOK_AHEAD_DAYS = 15
LOOK_AHEAD_AT_MOST_DAYS = 400


class Window(NamedTuple):
    """From `begins` until just before `ends`, both aware and in UTC."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Block:
    """A stretch of a day on the wall clock. One that ends at or before it begins ends on the next day:
    22:00-06:00 is a night, 00:00-00:00 a whole day."""

    begins: time
    ends: time


@dataclass(frozen=True)
class Hours:
    """The blocks of each weekday, 0 for Monday, and of each dated exception, in place of its weekday's.

    A block belongs to the day it begins on. So a day off, an exception without blocks, does not cut the night
    shift that began the evening before.
    """

    zone: ZoneInfo = field(default_factory=partial(ZoneInfo, "UTC"))
    week: Mapping[int, Sequence[Block]] = field(default_factory=dict)
    exceptions: Mapping[date, Sequence[Block]] = field(default_factory=dict)

    def window(self, since: datetime) -> Window | None:
        """The window that runs at `since`, or else the next; none if there is nothing ahead."""
        return next(self.windows(since), None)

    def windows(self, since: datetime) -> Iterator[Window]:
        """Blocks that touch or overlap are one window; those that end after `since`, in order, not clipped.

        Only the days from 8 before `since` to 15 after it, or after the last exception, are looked at, and at
        most 400: hours without a gap are one window of all these days.
        """
        running = None
        for block in self._blocks(since):
            if running and block.begins <= running.ends:
                running = Window(running.begins, max(running.ends, block.ends))
            else:
                if running and running.ends > since:
                    yield running
                running = block
        if running and running.ends > since:
            yield running

    def next_begin(self, after: datetime) -> datetime | None:
        """When the next block begins, also one that touches or overlaps the one before."""
        return next((block.begins for block in self._blocks(after) if block.begins > after), None)

    def next_midnight(self, after: datetime) -> datetime:
        """When the next day begins in the zone: at 00:00, or, where the clock is put forward then, at 01:00."""
        day = after.astimezone(self.zone).date() + timedelta(days=1)
        # Where the clock is put back at 00:01, the next day may have begun once already.
        while (midnight := self._utc(day, time.min)) <= after:
            day += timedelta(days=1)
        return midnight

    def _blocks(self, around: datetime) -> Iterator[Window]:
        """Every block of the days that are looked at, in the order in which they begin."""
        today = around.astimezone(self.zone).date()
        last = max([today, *self.exceptions]) + timedelta(days=LOOK_AHEAD_DAYS)
        ahead = min((last - today).days, LOOK_AHEAD_AT_MOST_DAYS)
        read = []
        for days in range(-LOOK_BACK_DAYS, ahead + 1):
            day = today + timedelta(days=days)
            for block in self._blocks_of(day):
                heappush(read, block)
            # A time that was left out may come after later ones, even by a day. No zone is a whole day from UTC:
            # what begins before this day does in UTC begins before all that is still to be read.
            while read and read[0].begins < datetime.combine(day, time.min, UTC):
                yield heappop(read)
        yield from sorted(read)

    def _blocks_of(self, day: date) -> Iterator[Window]:
        for block in self.exceptions.get(day, self.week.get(day.weekday(), ())):
            into_next_day = timedelta(days=block.ends <= block.begins)
            window = Window(self._utc(day, block.begins), self._utc(day + into_next_day, block.ends))
            # A clock change may leave nothing of it.
            if window.begins < window.ends:
                yield window

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


class Switch(NamedTuple):
    """An agent has switched themselves to available, or to away, in spite of their hours."""

    available: bool
    at: datetime


def override_ends(hours: Hours, switch: Switch) -> datetime:
    """The first of the next block and the next midnight in the agent's zone (Adobe Dynamic Chat, "Agent settings")."""
    midnight = hours.next_midnight(switch.at)
    return min(hours.next_begin(switch.at) or midnight, midnight)


def window_now(hours: Hours, switch: Switch | None, now: datetime) -> Window | None:
    """When the agent is available now, or will be next, by their hours and the switch."""
    if switch is None or (ends := override_ends(hours, switch)) <= now:
        return hours.window(now)
    if switch.available and _runs(hours.window(switch.at), switch.at):
        # Inside their hours the switch says nothing new, so the hours decide.
        return hours.window(now)
    follows = hours.window(ends)
    if not switch.available:
        return follows and Window(max(follows.begins, ends), follows.ends)
    return Window(switch.at.astimezone(UTC), follows.ends if _runs(follows, ends) else ends)


def _runs(window: Window | None, at: datetime) -> bool:
    return window is not None and window.begins <= at
