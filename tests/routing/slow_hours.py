"""Hours as anybody would reckon them by hand: by reading the wall clock every minute, knowing nothing of offsets."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from routing.hours import Window

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class SlowZone:
    """The readings of a wall clock in the weeks around a day, minute by minute."""

    def __init__(self, name, around):
        self.name, self.around = name, around
        zone = ZoneInfo(name)
        begins = datetime.combine(around, time(), UTC) - 13 * DAY
        self.readings = {}
        self.first = {}
        # When the clock shows a date for the first time.
        self.midnights = {}
        for n in range(40 * 24 * 60):
            moment = begins + n * MINUTE
            reading = moment.astimezone(zone).replace(tzinfo=None)
            self.readings[moment] = reading
            self.first.setdefault(reading, moment)
            self.midnights.setdefault(reading.date(), moment)

    def __repr__(self):
        return f"{self.name} around {self.around}"

    def when(self, day, at):
        """The first time that the clock reads so; if it never does, as long after what it read last."""
        reading, missing = datetime.combine(day, at), timedelta()
        while reading - missing not in self.first:
            missing += MINUTE
        return self.first[reading - missing] + missing

    def today(self, moment):
        return self.readings[moment.replace(second=0)].date()


class SlowHours:
    """All minutes of the blocks that are looked at from a moment, and the minutes in which they begin."""

    def __init__(self, zone, hours, around):
        self.minutes, self.begins = set(), set()
        today = zone.today(around)
        day, last = today - 8 * DAY, max([today, *hours.exceptions]) + 15 * DAY
        while day <= last:
            blocks = hours.week.get(day.weekday(), [])
            if day in hours.exceptions:
                blocks = hours.exceptions[day]
            for block in blocks:
                begins = zone.when(day, block.begins)
                ends = zone.when(day if block.begins < block.ends else day + DAY, block.ends)
                if begins < ends:
                    self.begins.add(begins)
                    self.minutes |= minutes_of(begins, ends)
            day += DAY


def minutes_of(begins, ends):
    return {begins + n * MINUTE for n in range((ends - begins) // MINUTE)}


def runs(minutes):
    """Minutes that follow each other, as windows."""
    minutes = sorted(minutes)
    breaks = [n for n, (one, next) in enumerate(pairwise(minutes), 1) if one + MINUTE < next]
    return [
        Window(minutes[begins], minutes[ends - 1] + MINUTE)
        for begins, ends in pairwise([0, *breaks, len(minutes)])
        if begins < ends
    ]
