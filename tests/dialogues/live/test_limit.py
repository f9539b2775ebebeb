import time

from dialogues.live.limit import Limit


def test_after_so_many_one_waits_until_the_first_is_old_enough():
    limit = Limit(most=3, seconds=0.2)

    assert [limit.wait_ms("vera") for _ in range(3)] == [0, 0, 0]
    wait = limit.wait_ms("vera")

    assert 0 < wait <= 201
    time.sleep(wait / 1000)
    assert limit.wait_ms("vera") == 0


def test_a_refusal_does_not_count():
    limit = Limit(most=1, seconds=0.1)
    limit.wait_ms("vera")

    for _ in range(5):
        wait = limit.wait_ms("vera")

    assert wait <= 101


def test_each_visitor_has_a_limit_of_their_own():
    limit = Limit(most=1, seconds=10)

    assert [limit.wait_ms("vera"), limit.wait_ms("walter")] == [0, 0]


def test_who_has_been_quiet_is_forgotten():
    limit = Limit(most=1, seconds=0.05)
    for number in range(1000):
        limit.wait_ms(number)
    time.sleep(0.06)

    limit.wait_ms("vera")

    assert list(limit._taken) == ["vera"]
