from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ValidationError

from routing.models import Agent, Because, State
from tests.routing.conftest import asked

# The switch


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MIDNIGHTS = [
    ("", "2026-06-10T12:00", "2026-06-11T00:00"),
    ("Europe/Amsterdam", "2026-06-10T12:00", "2026-06-10T22:00"),
    # Half an hour before and after midnight.
    ("Europe/Amsterdam", "2026-06-10T21:30", "2026-06-10T22:00"),
    ("Europe/Amsterdam", "2026-06-10T22:30", "2026-06-11T22:00"),
    ("Europe/Amsterdam", "2026-06-10T22:00", "2026-06-11T22:00"),
    # Further east than any clock in Amsterdam, and further west.
    ("Pacific/Kiritimati", "2026-06-10T12:00", "2026-06-11T10:00"),
    ("Pacific/Pago_Pago", "2026-06-10T12:00", "2026-06-11T11:00"),
    ("Asia/Kathmandu", "2026-06-10T12:00", "2026-06-10T18:15"),
    # A day of 23 hours, and one of 25.
    ("Europe/Amsterdam", "2026-03-28T23:30", "2026-03-29T22:00"),
    ("Europe/Amsterdam", "2026-10-24T22:30", "2026-10-25T23:00"),
    # Midnight does not exist in Santiago on this day: the clock goes from 23:59 to 01:00.
    ("America/Santiago", "2026-09-05T20:00", "2026-09-06T04:00"),
    # Midnight comes twice in Havana on this day: the first one counts.
    ("America/Havana", "2026-10-31T20:00", "2026-11-01T04:00"),
]


@pytest.mark.parametrize(("zone", "now", "midnight"), MIDNIGHTS)
def test_the_switch_holds_until_midnight_where_the_agent_is(hire, clock, zone, now, midnight):
    alice = hire("Alice", available=False, time_zone=zone)

    clock.stand_at(at(now))
    alice.switch(available=True)

    alice.refresh_from_db()
    assert alice.available_until == at(midnight)
    clock.stand_at(at(midnight) - timedelta(microseconds=1))
    assert alice.is_available
    assert list(Agent.objects.available()) == [alice]
    clock.stand_at(at(midnight))
    assert not alice.is_available
    assert not Agent.objects.available().exists()


def test_the_switch_goes_by_the_zone_as_it_is_now(hire, clock):
    alice = hire("Alice", available=False)
    Agent.objects.filter(pk=alice.pk).update(time_zone="Europe/Amsterdam")

    clock.stand_at(at("2026-06-10T12:00"))
    alice.switch(available=True)

    assert alice.available_until == at("2026-06-10T22:00")


def test_a_zone_must_be_one(alice):
    alice.time_zone = "Europe/Nowhere"

    with pytest.raises(ValidationError, match="Europe/Amsterdam"):
        alice.full_clean()


def test_at_midnight_nobody_is_asked_any_more(ask, alice, clock):
    assert ask().state == State.OFFERED

    clock.move(hours=12)

    assert ask().because == Because.NOBODY


def test_away_leaves_a_running_chat_and_an_open_offer_alone(ask, alice):
    running, offered = ask(), ask()
    running.accept(alice)

    alice.switch(available=False)
    offered.expire_offer()

    running.refresh_from_db()
    assert (running.state, offered.state) == (State.ACTIVE, State.OFFERED)
    assert ask().because == Because.NOBODY


# The limit


@pytest.mark.parametrize(
    ("for_all", "own", "places"), [(10, None, 10), (3, None, 3), (3, 2, 2), (2, 3, 2), (10, 1, 1)]
)
def test_an_agent_gets_as_many_chats_as_the_smaller_limit_allows(ask, alice, workspace, for_all, own, places):
    workspace.chats_per_agent = for_all
    workspace.save()
    alice.chat_limit = own
    alice.save()

    states = [ask().state for _ in range(places + 2)]

    assert states == [State.OFFERED] * places + [State.FELL_BACK] * 2


def test_an_open_offer_holds_a_place_and_every_end_gives_it_back(ask, alice, clock):
    alice.chat_limit = 1
    alice.save()

    def place_is_free():
        live_chat = ask()
        if live_chat.state == State.OFFERED:
            live_chat.cancel()
        return live_chat.state == State.ENDED

    live_chat = ask()
    assert not place_is_free()
    live_chat.accept(alice)
    assert not place_is_free()
    live_chat.end(because=Because.AGENT)
    assert place_is_free()

    ask().decline(alice)
    assert place_is_free()

    live_chat = ask()
    clock.move(seconds=100)
    live_chat.expire_offer()
    assert place_is_free()


def test_who_is_full_is_passed_over_for_the_next(ask, alice, bob):
    alice.chat_limit = 1
    alice.save()

    assert [asked(ask())[0] for _ in range(3)] == ["Alice", "Bob", "Bob"]


def test_a_lower_limit_takes_nothing_away(ask, alice):
    chats = [ask() for _ in range(3)]
    chats[0].accept(alice)

    alice.chat_limit = 1
    alice.save()
    chats[1].accept(alice)

    assert Agent.objects.with_load().get().load == 3
    assert ask().state == State.FELL_BACK


# The permission


def test_a_user_is_an_agent_by_permission_by_group_and_as_superuser(hire, max):
    alice = hire("Alice")
    bob = hire("Bob")
    bob.user.user_permissions.clear()
    group = Group.objects.create(name="Agents")
    group.permissions.add(Permission.objects.get(codename="receive_live_chats"))
    bob.user.groups.add(group)
    carol = hire("Carol")
    carol.user.user_permissions.clear()

    manager = Agent.of(max)

    assert set(Agent.objects.permitted()) == {alice, bob, manager}
    for agent in Agent.objects.select_related("user"):
        assert agent.is_permitted == (agent in Agent.objects.permitted())


def test_a_deactivated_agent_is_asked_nothing(ask, alice):
    User.objects.filter(pk=alice.user_id).update(is_active=False)

    assert ask().because == Because.NOBODY


def test_a_user_s_own_row_is_made_once(max):
    max.first_name = "Max"

    assert Agent.of(max) == Agent.of(max)
    assert Agent.of(max).name == "Max"
