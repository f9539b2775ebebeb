"""How often something may be asked for, such as live chats by one visitor and from one address. Counted in Redis,
for every process.

A request takes one of the visitor's places and one of the address's, each for ten minutes, so that no ten minutes
ever see more requests than there are places.
"""

import logging
from math import ceil

from django.conf import settings
from django.core.cache import cache
from redis import RedisError

from routing.clock import clock

logger = logging.getLogger(__name__)


class TooManyRequests(Exception):
    """All places are taken; `minutes` until the first is free. Its text can be shown."""

    def __init__(self, seconds):
        self.minutes = max(1, ceil(seconds / 60))
        unit = "minute" if self.minutes == 1 else "minutes"
        super().__init__(f"Too many requests, try again in {self.minutes} {unit}")


def take_place(*, visitor_key, address):
    """Counts a request for a live chat. Raises TooManyRequests, and counts nothing, over either limit."""
    places = {
        f"requests:visitor:{visitor_key}": settings.REQUESTS_PER_VISITOR,
        f"requests:address:{address}": settings.REQUESTS_PER_ADDRESS,
    }
    take_places(places, seconds=settings.REQUESTS_PER_SECONDS)


def take_places(limits, *, seconds):
    """One place of each, for so long. Raises TooManyRequests, and takes none, if one has no place left."""
    now, taken = clock().timestamp(), []
    try:
        for whose, limit in limits.items():
            taken.append(_take(whose, limit, now, seconds))
    except TooManyRequests:
        cache.delete_many(taken)
        raise
    except RedisError as error:
        # Nobody is kept from talking because a counter is away.
        logger.warning("The limit on requests is off while Redis is away: %s", error)


def _take(whose, limit, now, seconds):
    places = [f"{whose}:{number}" for number in range(limit)]
    taken = cache.get_many(places)
    for place in places:
        if place in taken and taken[place] <= now - seconds:
            cache.delete(place)
        elif place in taken:
            continue
        if cache.add(place, now, timeout=seconds):
            return place
    oldest = min(taken.values(), default=now)
    raise TooManyRequests(oldest + seconds - now)
