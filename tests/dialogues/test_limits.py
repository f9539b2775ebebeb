import uuid

import pytest
from django.core.cache import cache

from dialogues.limits import TooManyRequests, take_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def asks():
    """Asks for a live chat, from an address and as a visitor that no other test uses."""

    def asks(*, who=None, address=None):
        take_place(visitor_key=who or uuid.uuid4(), address=address or uuid.uuid4())

    return asks


def test_vera_may_ask_five_times_in_ten_minutes(asks):
    vera = uuid.uuid4()
    for _ in range(5):
        asks(who=vera)

    with pytest.raises(TooManyRequests, match="Too many requests, try again in 10 minutes"):
        asks(who=vera)


def test_an_address_may_ask_thirty_times_as_anybody(asks):
    office = uuid.uuid4()
    for _ in range(30):
        asks(address=office)

    with pytest.raises(TooManyRequests):
        asks(address=office)
    asks()


def test_ten_minutes_after_the_first_there_is_one_more(asks, clock):
    vera = uuid.uuid4()
    asks(who=vera)
    clock.move(minutes=5)
    for _ in range(4):
        asks(who=vera)

    clock.move(minutes=4, seconds=30)
    with pytest.raises(TooManyRequests, match=r"try again in 1 minute$"):
        asks(who=vera)
    clock.move(seconds=31)
    asks(who=vera)
    with pytest.raises(TooManyRequests, match="try again in 5 minutes"):
        asks(who=vera)


def test_what_the_address_refuses_does_not_count_for_the_visitor(asks, settings):
    vera, office = uuid.uuid4(), uuid.uuid4()
    settings.REQUESTS_PER_ADDRESS = 1
    asks(address=office)
    for _ in range(7):
        with pytest.raises(TooManyRequests):
            asks(who=vera, address=office)

    asks(who=vera)


def test_the_limits_are_settings(asks, settings):
    settings.REQUESTS_PER_VISITOR = 1
    vera = uuid.uuid4()
    asks(who=vera)

    with pytest.raises(TooManyRequests):
        asks(who=vera)


def test_nobody_is_refused_while_redis_is_away(asks, settings):
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    settings.REQUESTS_PER_VISITOR = 1
    vera = uuid.uuid4()

    for _ in range(3):
        asks(who=vera)
    with pytest.raises(Exception, match=r"127\.0\.0\.1:1"):
        cache.get("anything")
