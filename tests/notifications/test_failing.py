"""Which live chats leave a failed action, and who is told."""

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction

from notifications.models import FailedAction
from routing.models import Because, LiveChat, Method, Plan, Route


@pytest.fixture
def request_for(vera):
    def request_for(route):
        return LiveChat.request(visitor_key=vera.key, route=route, attributes={})

    return request_for


def addresses(failed_action):
    return sorted(mail.address for mail in failed_action.mails.all())


def test_a_chat_that_alice_misses_is_told_to_her_and_to_max(alice, missed):
    assert addresses(missed()) == ["alice@parley.example", "max@parley.example"]


def test_everybody_who_missed_it_is_told(to_sales, alice, bob, carol, max, request_for, clock):
    live_chat = request_for(to_sales)
    live_chat.decline(alice)
    clock.move(seconds=100)
    live_chat.expire_offer()

    assert live_chat.because == Because.MISSED
    assert addresses(live_chat.failed_action) == [
        "alice@parley.example",
        "bob@parley.example",
        "max@parley.example",
    ]


def test_a_chat_for_which_nobody_was_free_is_told_to_max_alone(round_robin, alice, max, request_for):
    alice.switch(available=False)

    live_chat = request_for(round_robin)

    assert live_chat.because == Because.NOBODY
    assert addresses(live_chat.failed_action) == ["max@parley.example"]


def test_a_chat_that_no_rule_matches_is_told_to_max(alice, max, request_for):
    live_chat = request_for(Route.objects.to(Method.CUSTOM_RULES))

    assert live_chat.because == Because.NO_RULE
    assert addresses(live_chat.failed_action) == ["max@parley.example"]


def test_a_chat_that_the_plan_does_not_include_is_told_to_max(select, to_sales, max, request_for):
    live_chat = request_for(to_sales)

    assert (select.plan, live_chat.because) == (Plan.SELECT, Because.PLAN)
    assert addresses(live_chat.failed_action) == ["max@parley.example"]


def test_a_manager_who_is_no_superuser_is_told(alice, missed, django_user_model):
    may = django_user_model.objects.create_user("may", "may@parley.example")
    may.user_permissions.add(Permission.objects.get(codename="manage_workspace"))

    assert "may@parley.example" in addresses(missed())


def test_who_has_no_address_or_was_deactivated_is_not_told(alice, max, missed, django_user_model):
    django_user_model.objects.create_superuser("gone", "gone@parley.example", is_active=False)
    django_user_model.objects.create_superuser("unreachable", "")
    alice.user.email = ""
    alice.user.save()

    assert addresses(missed()) == ["max@parley.example"]


def test_a_manager_who_missed_it_is_told_once(alice, missed):
    alice.user.is_superuser = True
    alice.user.save()

    assert addresses(missed()).count("alice@parley.example") == 1


def test_what_vera_cancels_or_alice_ends_has_not_failed(requested, talking, hire):
    talking.live_chat.end(because=Because.AGENT)
    again = requested()
    again.live_chat.cancel()

    assert not FailedAction.objects.exists()


def test_a_chat_that_fell_back_leaves_one_failed_action_however_often_it_is_told(missed):
    failed_action = missed()

    assert FailedAction.write(failed_action.live_chat) == failed_action
    assert failed_action.mails.count() == 2


def test_the_failed_action_is_written_with_the_fall_or_not_at_all(round_robin, request_for):
    with transaction.atomic():
        request_for(round_robin)
        transaction.set_rollback(True)

    assert not FailedAction.objects.exists()
