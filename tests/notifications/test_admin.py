"""Max reads in the admin what was missed, and the mail about it."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications.jobs import send_failed_action
from notifications.models import FailedAction
from routing.models import LiveChat

MISSED = reverse("admin:notifications_failedaction_changelist")


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


def page_of(client, failed_action):
    return client.get(reverse("admin:notifications_failedaction_change", args=[failed_action.pk]))


def test_max_reads_the_mail_as_it_was_sent(as_max, missed):
    failed_action = missed()
    send_failed_action(failed_action.pk)

    page = page_of(as_max, failed_action)

    failed_action.refresh_from_db()
    assert failed_action.text.splitlines()[0] in page.content.decode()
    assert "alice@parley.example: sent 10 June 2026" in page.content.decode()


def test_max_is_told_where_mail_is_kept_without_a_mail_server(as_max, missed, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path

    page = page_of(as_max, missed())

    assert f"EMAIL_URL is not set: mail is kept in {tmp_path}" in page.content.decode()


def test_what_a_visitor_wrote_stays_text(as_max, missed):
    failed_action = missed(first_name="<script>alert(1)</script>")
    send_failed_action(failed_action.pk)

    assert b"<script>alert(1)" not in page_of(as_max, failed_action).content


def test_the_list_is_called_missed_and_says_what_was_sent(as_max, missed):
    send_failed_action(missed().pk)

    page = as_max.get(MISSED).content.decode()

    assert "Missed" in page
    assert "2 of 2 sent" in page


def test_max_has_what_was_given_up_sent_again(as_max, missed):
    failed_action = missed()
    FailedAction.objects.update(next_try_at=None)

    as_max.post(MISSED, {"action": "send_again", "_selected_action": [failed_action.pk]})

    assert FailedAction.objects.due().get() == failed_action


def test_nobody_changes_what_is_on_record(as_max, missed):
    failed_action = missed()

    answers = [
        as_max.post(reverse("admin:notifications_failedaction_change", args=[failed_action.pk]), {}),
        as_max.post(
            reverse("admin:notifications_failedaction_delete", args=[failed_action.pk]), {"post": "yes"}
        ),
        as_max.get(reverse("admin:notifications_failedaction_add")),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_a_longer_list_asks_no_more_questions(as_max, missed, alice, round_robin):
    missed()
    with CaptureQueriesContext(connection) as one:
        as_max.get(MISSED)
    alice.switch(available=False)
    for _ in range(3):
        LiveChat.request(visitor_key=uuid4(), route=round_robin, attributes={})

    with CaptureQueriesContext(connection) as four:
        page = as_max.get(MISSED)

    assert page.context["cl"].result_count == 4
    assert len(four) == len(one)
