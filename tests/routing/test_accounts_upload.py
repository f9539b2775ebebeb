"""Max uploads a list of accounts, which first says what it would change, and then does it once."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from routing.models import Account
from tests.racing import at_once
from tests.routing.account_pages import (
    ADD,
    EXPORT,
    HEADER,
    LIST,
    UPLOAD,
    Upload,
    accounts,
    rows_of,
    text_of,
)


def test_a_list_first_says_what_it_would_do(as_max, kern, bob):
    upload = Upload(as_max, HEADER + "Kern,kern.example,bob\nNoord,noord.example,bob\nZuid,zuid,bob\n")

    assert upload.counts == (1, 1, 0, 0, 1)
    assert "“zuid” is no domain: write it as kern.example." in text_of(upload.answer)
    assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_what_is_confirmed_is_done_and_good_lines_are_taken_beside_bad_ones(as_max, kern, bob):
    upload = Upload(as_max, HEADER + "Kern,kern.example,bob\nNoord,noord.example,bob\nZuid,zuid,bob\n")

    upload.confirm()

    assert accounts() == {"kern.example": ("Kern", "Bob"), "noord.example": ("Noord", "Bob")}
    assert "The list is taken" in text_of(upload.answer)
    assert upload.counts == (1, 1, 0, 0, 1)


def test_an_account_that_is_not_in_the_list_stays_unless_all_are_replaced(as_max, kern, alice):
    rows = HEADER + "Noord,noord.example,alice\n"

    assert Upload(as_max, rows).confirm().counts == (1, 0, 0, 0, 0)
    assert Upload(as_max, rows, mode="replace").confirm().counts == (0, 0, 1, 1, 0)
    assert accounts() == {"noord.example": ("Noord", "Alice")}


def test_a_typing_mistake_removes_no_account(as_max, kern, alice):
    upload = Upload(
        as_max, HEADER + "Kern,kern.example,alcie\nNoord,noord.example,alice\n", mode="replace"
    ).confirm()

    assert upload.counts == (1, 0, 0, 0, 1)
    assert accounts() == {"kern.example": ("Kern", "Alice"), "noord.example": ("Noord", "Alice")}


def test_a_file_that_cannot_be_read_removes_nothing(as_max, kern):
    upload = Upload(as_max, b"PK\x03\x04 and so on", mode="replace")

    assert "This is a spreadsheet: save it as CSV first." in text_of(upload.answer)
    assert 'value="Replace all"' not in text_of(upload.answer)
    upload.confirm()
    assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_an_account_keeps_its_row_when_it_changes(as_max, kern, bob):
    Upload(as_max, HEADER + "Kern BV,kern.example,bob\n", mode="replace").confirm()

    kern.refresh_from_db()
    assert (kern.company, kern.agent) == ("Kern BV", bob)


def test_who_is_deactivated_gets_no_account_and_keeps_theirs(as_max, kern, alice):
    alice.deactivate()

    upload = Upload(as_max, HEADER + "Kern,kern.example,alice\nNoord,noord.example,alice\n", mode="replace")

    assert upload.counts == (0, 0, 1, 0, 1)
    assert "Alice is deactivated." in text_of(upload.answer)


def test_what_changed_meanwhile_is_shown_before_anything_is_done(as_max, kern, alice, bob):
    upload = Upload(as_max, HEADER + "Kern,kern.example,bob\n", mode="replace")
    Account.objects.create(company="Noord", domain="noord.example", agent=alice)

    upload.confirm()

    assert upload.answer.status_code == 409
    assert "Something has changed meanwhile" in text_of(upload.answer)
    assert upload.counts == (0, 1, 0, 1, 0)
    assert Account.objects.count() == 2
    upload.confirm()
    assert accounts() == {"kern.example": ("Kern", "Bob")}


def test_pressing_twice_does_it_once_and_shows_the_same_twice(as_max, alice):
    upload = Upload(as_max, HEADER + "Kern,kern.example,alice\n")
    shown = upload.shown
    upload.confirm(shown)
    Account.objects.all().delete()

    upload.confirm(shown)

    assert upload.counts == (1, 0, 0, 0, 0)
    assert not accounts()


@pytest.mark.django_db(transaction=True)
def test_two_browsers_that_confirm_at_one_moment_do_it_once(as_max, max, alice):
    upload = Upload(as_max, HEADER + "".join(f"Kern {n},kern{n}.example,alice\n" for n in range(300)))
    path, shown, browsers = upload.path, upload.shown, [Client(), Client()]
    for browser in browsers:
        browser.force_login(max)

    answers = at_once(*[lambda by=browser: by.post(path, {"shown": shown}) for browser in browsers])

    assert sorted(answer.status_code for answer in answers)[0] in (200, 302)
    assert {answer.status_code for answer in answers} <= {200, 302, 409}
    assert Account.objects.count() == 300
    assert text_of(as_max.get(path)).count("The list is taken") == 1


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_entered_at_the_same_moment_is_neither_lost_nor_overwritten(
    as_max, max, alice, bob
):
    upload = Upload(as_max, HEADER + "Kern,kern.example,alice\n", mode="replace")
    path, shown, other = upload.path, upload.shown, Client()
    other.force_login(max)
    entered = {"company": "Kern of Max", "domain": "kern.example", "agent": bob.pk}

    listed, single = at_once(lambda: as_max.post(path, {"shown": shown}), lambda: other.post(ADD, entered))

    if single.status_code == 302:
        assert listed.status_code == 409
        assert accounts() == {"kern.example": ("Kern of Max", "Bob")}
    else:
        assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_the_list_of_somebody_else_is_not_shown(as_max, alice, sign_in):
    upload = Upload(as_max, HEADER + "Kern,kern.example,alice\n")
    other = sign_in("Marketing Admin")

    answers = [
        other.get(upload.path),
        other.post(upload.path, {"shown": upload.shown}),
        other.get(f"{upload.path}report.csv"),
    ]

    assert [answer.headers["Location"] for answer in answers] == [UPLOAD] * 3
    assert not accounts()


def test_a_list_that_is_no_longer_kept_asks_for_it_again(as_max):
    answer = as_max.get(reverse("admin:routing_account_uploaded", args=["gone"]), follow=True)

    assert "That list is no longer kept: upload it again." in text_of(answer)


def test_the_history_says_who_has_uploaded_a_list(as_max, alice):
    Upload(as_max, HEADER + "Kern,kern.example,alice\n").confirm()

    assert "Account list" in text_of(as_max.get(reverse("admin:index")))


# Who may


def test_a_marketing_admin_uploads_and_replaces(sign_in, alice):
    browser = sign_in("Marketing Admin")

    Upload(browser, HEADER + "Kern,kern.example,alice\n", mode="replace").confirm()

    assert accounts() == {"kern.example": ("Kern", "Alice")}


def test_who_may_only_read_uploads_nothing(sign_in, kern):
    browser = sign_in("Marketing User")

    assert "Upload account list" not in text_of(browser.get(LIST))
    assert [browser.get(UPLOAD).status_code, browser.post(UPLOAD).status_code] == [403, 403]
    assert rows_of(browser.get(EXPORT))[1] == ["Kern", "kern.example", "alice@parley.example"]


def test_who_may_not_delete_replaces_nothing(client, kern):
    user = User.objects.create_user("mia")
    names = ["view_account", "add_account", "change_account"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    assert Upload(client, HEADER + "Noord,noord.example,alice\n", mode="replace").answer.status_code == 403
