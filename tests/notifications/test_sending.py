"""The mail reaches everybody at least once, whatever the mail server does."""

import time
from email.utils import parseaddr

import pytest

from notifications.jobs import send_failed_action
from notifications.models import FailedAction

ALICE, MAX = "alice@parley.example", "max@parley.example"


def test_alice_and_max_get_a_mail_each(missed, mail_server):
    failed_action = missed()

    send_failed_action(failed_action.pk)

    assert mail_server.addresses == [ALICE, MAX]
    assert not FailedAction.objects.due().exists()
    assert failed_action.is_sent


def test_the_mail_is_due_at_once(missed):
    failed_action = missed()

    assert FailedAction.objects.due().get() == failed_action


def test_nobody_gets_it_twice_when_the_job_runs_twice(missed, mail_server, clock):
    failed_action = missed()

    send_failed_action(failed_action.pk)
    clock.move(hours=1)
    send_failed_action(failed_action.pk)

    assert mail_server.addresses == [ALICE, MAX]


def test_it_arrives_when_the_server_takes_mail_again(missed, mail_server, clock):
    failed_action = missed()
    mail_server.is_closed = True
    send_failed_action(failed_action.pk)
    assert not FailedAction.objects.due().exists()

    mail_server.is_closed = False
    clock.move(seconds=10)
    send_failed_action(FailedAction.objects.due().get().pk)

    failed_action.refresh_from_db()
    assert mail_server.addresses == [ALICE, MAX]
    assert (failed_action.tries, failed_action.last_error, failed_action.next_try_at) == (2, "", None)


def test_the_error_is_kept_for_people(missed, mail_server):
    failed_action = missed()
    mail_server.refuses = {ALICE}

    send_failed_action(failed_action.pk)

    failed_action.refresh_from_db()
    assert failed_action.last_error == (
        f"{ALICE}: the mail server refused the address (550 Nobody here of that name)"
    )


def test_an_address_that_is_refused_keeps_nobody_else_waiting(missed, mail_server):
    mail_server.refuses = {ALICE}

    send_failed_action(missed().pk)

    assert mail_server.addresses == [MAX]


def test_the_waits_grow_to_an_hour_and_end_after_three_days(missed, mail_server, clock):
    failed_action = missed()
    mail_server.is_closed = True
    waits = []
    while waits[-1:] != [None]:
        send_failed_action(failed_action.pk)
        failed_action.refresh_from_db()
        waits.append(
            failed_action.next_try_at and round((failed_action.next_try_at - clock()).total_seconds())
        )
        clock.move(seconds=waits[-1] or 0)

    assert waits[:10] == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]
    assert 75 < len(waits) < 85


def test_max_can_have_it_tried_again(missed, mail_server, clock):
    failed_action = missed()
    mail_server.is_closed = True
    clock.move(days=4)
    send_failed_action(failed_action.pk)
    mail_server.is_closed = False

    failed_action.try_again()
    send_failed_action(failed_action.pk)

    assert mail_server.addresses == [ALICE, MAX]


def test_what_is_sent_is_not_tried_again(missed, mail_server):
    failed_action = missed()
    send_failed_action(failed_action.pk)

    failed_action.try_again()

    assert not FailedAction.objects.due().exists()


def test_a_server_that_never_answers_holds_the_worker_once(missed, silent_server):
    failed_action = missed()
    began = time.monotonic()

    send_failed_action(failed_action.pk)

    failed_action.refresh_from_db()
    assert time.monotonic() - began < 0.3 * 2, "both mails waited"
    assert failed_action.last_error == f"{ALICE}: the mail server did not answer in time"


def test_no_server_at_all_is_said_in_words(missed, mail_server, settings):
    from tests.notifications.conftest import free_port

    settings.EMAIL_PORT = free_port()
    failed_action = missed()

    send_failed_action(failed_action.pk)

    failed_action.refresh_from_db()
    assert failed_action.last_error == f"{ALICE}: nobody answers at the mail server's address"


def test_ten_seconds_are_the_longest_a_server_may_take():
    from chatsite import settings

    assert settings.EMAIL_TIMEOUT <= 10


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_two_people_loses_nobody(missed, mail_server, clock, worker):
    failed_action = missed()
    first, second = failed_action.mails.all()
    mail_server.keeps_waiting = second.address

    with worker(failed_action) as process:
        assert mail_server.is_keeping_waiting.wait(timeout=20)
        process.kill()
    send_failed_action(failed_action.pk)
    assert mail_server.addresses == [first.address], "the lease is not over"

    mail_server.keeps_waiting = None
    clock.move(seconds=90)
    send_failed_action(FailedAction.objects.due().get().pk)
    assert mail_server.addresses == [ALICE, MAX]


def test_a_mail_that_is_sent_again_can_be_recognised(missed, mail_server, clock):
    failed_action = missed()
    send_failed_action(failed_action.pk)
    failed_action.mails.update(sent_at=None)

    failed_action.try_again()
    send_failed_action(failed_action.pk)

    first, second = mail_server.to(ALICE)
    assert first["Message-ID"] == second["Message-ID"] != mail_server.to(MAX)[0]["Message-ID"]
    assert first.get_payload(0).get_payload() == second.get_payload(0).get_payload()


def test_the_message_id_names_our_own_host(missed, settings):
    [sender] = {mail.message_id.rpartition("@")[2].rstrip(">") for mail in missed().mails.all()}

    assert sender == parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def test_while_one_worker_sends_no_other_does(missed, mail_server):
    failed_action = missed()
    assert failed_action.claim()

    send_failed_action(failed_action.pk)

    assert mail_server.mails == []


def test_a_worker_that_comes_back_late_leaves_the_next_try_alone(missed, mail_server, clock):
    late = missed()
    late.claim()
    clock.move(seconds=90)
    next_one = FailedAction.objects.get()
    next_one.claim()

    late.settle("too late", is_sent=False)

    next_one.refresh_from_db()
    assert next_one.last_error == ""
    assert next_one.next_try_at > clock()


def test_the_lease_is_longer_than_a_job_may_run(settings):
    from notifications.models.outbox import LEASE

    assert LEASE.total_seconds() > settings.RQ_QUEUES["default"]["DEFAULT_TIMEOUT"]


def test_without_a_mail_server_it_is_kept_in_a_file(missed, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"

    send_failed_action(missed().pk)

    kept = "".join(path.read_text() for path in (tmp_path / "mail").iterdir())
    assert kept.count("Subject: Missed live chat with Vera") == 2
    assert f"To: {ALICE}" in kept
    assert f"To: {MAX}" in kept
