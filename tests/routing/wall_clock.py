"""Hours and moments as Alice reads them on the wall: "09:00-17:30", "2026-06-10 12:00", "Wed 09:00 to Wed 17:30"."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from routing.hours import Block, Hours


def block(words):
    """09:00-17:30 as a block."""
    return Block(*(time.fromisoformat(at) for at in words.split("-")))


def weekly(*blocks, days=range(7), zone="Europe/Amsterdam", **exceptions):
    return Hours(zone=ZoneInfo(zone), week={day: [block(b) for b in blocks] for day in days}, **exceptions)


def local(words, zone="Europe/Amsterdam"):
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone))


def utc(words):
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def read(windows, zone="Europe/Amsterdam"):
    """What Alice reads on her clock when windows begin and end."""
    return [" to ".join(f"{at.astimezone(ZoneInfo(zone)):%a %H:%M}" for at in window) for window in windows]


OFFICE = weekly("09:00-12:30", "13:00-17:30", days=range(5))
NIGHTS = weekly("22:00-06:00", days=range(5))
