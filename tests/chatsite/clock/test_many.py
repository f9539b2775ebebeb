"""Thousands are worked off in turn, and rows that nobody can deal with stop nobody."""

from datetime import timedelta

import psutil
import pytest

from dialogues.models import Conversation, Visitor
from routing.clock import clock as read_clock
from routing.models import Because, LiveChat, State
from tests.chatsite.clock.conftest import assert_on_time, seconds_late, wait_for_looks
from tests.product import wait_until


@pytest.fixture
def quiet_chats(talk_to_sales, round_robin, hire):
    """Many chats at once in which nobody has written for an hour, as after a night in which nothing ran."""

    def quiet_chats(count):
        now = read_clock()
        an_hour_ago = now - timedelta(hours=1)
        agent = hire("Zoe", available=False)
        visitors = Visitor.objects.bulk_create(Visitor() for _ in range(count))
        live_chats = LiveChat.objects.bulk_create(
            LiveChat(
                visitor_key=visitor.key,
                route=round_robin,
                state=State.ACTIVE,
                agent=agent,
                requested_at=an_hour_ago,
                accepted_at=an_hour_ago,
            )
            for visitor in visitors
        )
        return Conversation.objects.bulk_create(
            Conversation(
                visitor=visitor,
                stream=talk_to_sales,
                route=round_robin,
                live_chat=live_chat,
                live_agent=agent,
                look_at=now,
            )
            for visitor, live_chat in zip(visitors, live_chats, strict=True)
        )

    return quiet_chats


def test_an_offer_is_on_time_while_hundreds_of_chats_are_overdue(
    product, alice, requested, quiet_chats, clock
):
    waiting = requested()
    memory = psutil.Process(product.pid("clock")).memory_info().rss
    quiet_chats(200)
    clock.move(seconds=99.7)

    assert_on_time(seconds_late())
    assert Conversation.objects.to_look_at().exists(), "It was not disturbed."
    wait_until(lambda: not Conversation.objects.to_look_at().exists(), seconds=60)
    ended = LiveChat.objects.exclude(pk=waiting.live_chat.pk)
    assert set(ended.values_list("because", flat=True)) == {Because.IDLE}
    assert psutil.Process(product.pid("clock")).memory_info().rss < 1.2 * memory


def test_rows_that_nobody_can_deal_with_stop_nobody(product, soon_due, quiet_chats, said):
    """More of them than the clock takes at a time, and all of them before the one that can be dealt with."""
    *broken, healthy = quiet_chats(106)
    keys = [conversation.pk for conversation in broken]
    Conversation.objects.filter(pk__in=keys).update(look_at=healthy.look_at - timedelta(minutes=1))
    LiveChat.objects.filter(conversation__in=keys).update(
        state=State.ENDED, ended_at=healthy.look_at, because=Because.AGENT
    )

    wait_until(lambda: Conversation.objects.get(pk=healthy.pk).ended_at, seconds=30)
    soon_due()
    assert_on_time(seconds_late())

    assert Conversation.objects.to_look_at().count() == len(broken)
    before = len(said())
    wait_for_looks(4)
    failures = [line for line in said()[before:].splitlines() if "failed, and is tried again" in line]
    assert len(failures) < 2 * len(broken), "Each is tried at each look."
