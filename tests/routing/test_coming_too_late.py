"""Whatever has been decided stays decided: a verb that comes too late says so and changes nothing."""

import pytest

from routing.models import Because, LiveChat, State, TooLate

VERBS = {
    "accept": lambda live_chat, alice: live_chat.accept(alice),
    "decline": lambda live_chat, alice: live_chat.decline(alice),
    "cancel": lambda live_chat, alice: live_chat.cancel(),
    "end": lambda live_chat, alice: live_chat.end(because=Because.VISITOR),
}
PASTS = {
    "accepted": (["accept"], ["accept", "decline", "cancel"]),
    "declined": (["decline"], ["accept", "decline", "cancel", "end"]),
    "cancelled": (["cancel"], ["accept", "decline", "cancel", "end"]),
    "ended": (["accept", "end"], ["accept", "decline", "cancel", "end"]),
    "waiting": ([], ["end"]),
}
CASES = [
    pytest.param(before, late, id=f"{late}-when-{past}")
    for past, (before, lates) in PASTS.items()
    for late in lates
]


@pytest.mark.parametrize(("before", "late"), CASES)
def test_a_late_verb_changes_nothing(ask, alice, rows, before, late):
    live_chat = ask()
    # The page that sends the late verb was loaded before the others.
    stale = LiveChat.objects.get(pk=live_chat.pk)
    for verb in before:
        VERBS[verb](live_chat, alice)
    there = rows()

    with pytest.raises(TooLate) as late_comer:
        VERBS[late](stale, alice)

    assert rows() == there
    assert str(late_comer.value).endswith(".")


@pytest.mark.parametrize("before", [["accept"], ["decline"], ["cancel"], ["accept", "end"]])
def test_the_clock_is_late_quietly(ask, alice, clock, rows, before):
    live_chat = ask()
    stale = LiveChat.objects.get(pk=live_chat.pk)
    for verb in before:
        VERBS[verb](live_chat, alice)
    there = rows()

    clock.move(seconds=200)
    stale.expire_offer()

    assert rows() == there


def test_the_second_agent_to_accept_is_told_who_was_first(ask, to_sales, alice, bob):
    live_chat = ask(to_sales)
    live_chat.decline(alice)
    live_chat.accept(bob)

    with pytest.raises(TooLate, match="Bob has taken this chat"):
        live_chat.accept(alice)


def test_who_missed_it_cannot_accept_while_the_next_is_asked(ask, to_sales, alice, clock, rows):
    live_chat = ask(to_sales)
    clock.move(seconds=100)
    live_chat.expire_offer()
    before = rows()

    with pytest.raises(TooLate):
        live_chat.accept(alice)

    assert rows() == before


def test_a_late_verb_shows_the_row_as_it_is(ask, alice):
    live_chat = ask()
    stale = LiveChat.objects.get(pk=live_chat.pk)
    live_chat.cancel()

    with pytest.raises(TooLate):
        stale.accept(alice)

    assert stale.state == State.ENDED
