"""Max keeps the accounts one by one, and sees on their list what is amiss."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.models import Account, Workspace
from tests.routing.account_pages import ADD, LIST, accounts, text_of

SWITCH = reverse("admin:routing_account_switch")


# One by one


def test_max_enters_an_account(as_max, alice):
    as_max.post(ADD, {"company": "Kern", "domain": "https://www.Kern.example/nl", "agent": alice.pk})

    assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_what_is_no_domain_is_refused_next_to_the_field(as_max, alice):
    answer = as_max.post(ADD, {"company": "Kern", "domain": "1.2.3.4", "agent": alice.pk})

    assert answer.context["adminform"].form.errors == {
        "domain": ["“1.2.3.4” is no domain: write it as kern.example."]
    }


def test_pressing_save_twice_makes_one_account(as_max, alice):
    form = {"company": "Kern", "domain": "kern.example", "agent": alice.pk}
    as_max.post(ADD, form)

    answer = as_max.post(ADD, form)

    assert "Account with this Domain already exists." in text_of(answer)
    assert Account.objects.count() == 1


def test_who_is_deactivated_is_not_offered(as_max, alice, bob):
    bob.deactivate()

    page = text_of(as_max.get(ADD))
    answer = as_max.post(ADD, {"company": "Kern", "domain": "kern.example", "agent": bob.pk})

    assert "Bob" not in page
    assert "agent" in answer.context["adminform"].form.errors


def test_an_owner_who_is_deactivated_is_seen_and_can_stay(as_max, kern, alice):
    alice.deactivate()
    path = reverse("admin:routing_account_change", args=[kern.pk])

    page = text_of(as_max.get(path))
    as_max.post(path, {"company": "Kern BV", "domain": "kern.example", "agent": alice.pk})

    assert "Alice (deactivated)" in page
    assert accounts() == {"kern.example": ("Kern BV", "Alice")}


def test_an_owner_who_cannot_take_live_chats_is_marked(as_max, alice):
    alice.user.user_permissions.clear()

    assert "Alice (without the permission Live Chat)" in text_of(as_max.get(ADD))


# The list


def test_the_list_flags_owners_who_are_deactivated_and_finds_them(as_max, kern, alice, bob):
    Account.objects.create(company="Noord", domain="noord.example", agent=bob)
    alice.deactivate()

    answer = as_max.get(LIST, {"owner": "deactivated"})

    assert list(answer.context["cl"].result_list) == [kern]
    assert "Alice (deactivated)" in text_of(answer)


@pytest.mark.parametrize("words", ["kern", "Kern.Exam", "alice", "alice@parley"])
def test_an_account_is_found_by_company_domain_or_owner(as_max, kern, bob, words):
    Account.objects.create(company="Noord", domain="noord.example", agent=bob)

    assert list(as_max.get(LIST, {"q": words}).context["cl"].result_list) == [kern]


def test_a_longer_list_asks_no_more_questions(as_max, kern, alice, hire):
    with CaptureQueriesContext(connection) as one:
        as_max.get(LIST)
    for n in range(3):
        Account.objects.create(company="Noord", domain=f"n{n}.example", agent=hire(f"Agent{n}"))

    with CaptureQueriesContext(connection) as four:
        as_max.get(LIST)

    assert len(four) == len(one)


def test_the_list_says_that_account_routing_is_off_and_turns_it_on(as_max):
    before = text_of(as_max.get(LIST))
    after = text_of(as_max.post(SWITCH, follow=True))

    assert "Account routing is off: these accounts are not used." in before
    assert Workspace.objects.get().account_routing
    assert "Account routing is off" not in after


def test_who_may_only_read_is_told_whom_to_ask(sign_in):
    browser = sign_in("Marketing User")

    page = text_of(browser.get(LIST))

    assert "Ask a manager to turn it on." in page
    assert "Turn it on<" not in page
    assert browser.post(SWITCH).status_code == 403
    assert not Workspace.objects.get().account_routing
