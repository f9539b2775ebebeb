from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.models import Because
from tests.routing.conftest import asked


def test_who_was_never_asked_comes_first_by_key(ask, alice, bob, carol):
    assert [asked(ask())[0] for _ in range(3)] == ["Alice", "Bob", "Carol"]


def test_then_who_was_asked_longest_ago(ask, alice, bob, carol):
    turns = [asked(ask())[0] for _ in range(7)]

    assert turns == ["Alice", "Bob", "Carol", "Alice", "Bob", "Carol", "Alice"]


def test_a_newcomer_is_asked_before_those_who_were(ask, alice, bob, hire):
    ask(), ask()

    hire("Dan")

    assert [asked(ask())[0] for _ in range(2)] == ["Dan", "Alice"]


def test_who_was_away_keeps_their_turn(ask, alice, bob):
    alice.switch(available=False)
    ask()
    alice.switch(available=True)

    assert [asked(ask())[0] for _ in range(3)] == ["Alice", "Bob", "Alice"]


def test_a_missed_offer_was_a_turn(ask, alice, bob):
    ask().decline(alice)

    assert [asked(ask())[0] for _ in range(2)] == ["Bob", "Alice"]


def test_turns_are_taken_inside_a_team_with_the_turns_outside_it_counted(ask, to_sales, alice, bob, carol):
    assert [asked(ask(to_sales))[0] for _ in range(2)] == ["Alice", "Bob"]

    assert [asked(ask())[0] for _ in range(2)] == ["Carol", "Alice"]
    assert [asked(ask(to_sales))[0] for _ in range(2)] == ["Bob", "Alice"]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(st.lists(st.sampled_from(["accept", "decline", "cancel", "wait", "leave"]), max_size=12))
def test_nobody_is_asked_twice_before_everybody_was_asked_once(ask, alice, bob, carol, steps):
    names = []
    with transaction.atomic():
        for step in steps:
            live_chat = ask()
            names += asked(live_chat)
            match step:
                case "accept" | "leave":
                    live_chat.accept(live_chat.offers.get().agent)
                case "decline":
                    live_chat.decline(live_chat.offers.get().agent)
                case "cancel":
                    live_chat.cancel()
            if step == "leave":
                live_chat.end(because=Because.VISITOR)
        # The next example begins where this one began.
        transaction.set_rollback(True)

    assert names == (["Alice", "Bob", "Carol"] * 4)[: len(steps)]
