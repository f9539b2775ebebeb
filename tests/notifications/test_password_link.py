"""The mail by which somebody sets a password: sent at least once, and never with a link that lies about."""

import pytest
from django.contrib.auth.models import User
from django.db import connection

from notifications.jobs import send_password_link
from notifications.models import PasswordLink, Purpose

DANA = "dana@parley.example"


@pytest.fixture
def dana(db):
    """Has an account, and no password yet."""
    return User.objects.create_user("dana", DANA, first_name="Dana Ng")


@pytest.fixture
def invited(dana):
    PasswordLink.write(dana, Purpose.INVITATION)
    return PasswordLink.objects.get()


def parts_of(mail):
    return {part.get_content_type(): part.get_payload(decode=True).decode() for part in mail.get_payload()}


def test_dana_reads_who_she_is_here_and_where_to_set_a_password(invited, mail_server, workspace):
    workspace.name = "Acme"
    workspace.save()

    send_password_link(invited.pk)

    (mail,) = mail_server.to(DANA)
    parts = parts_of(mail)
    assert mail["Subject"] == "You are invited to Parley at Acme"
    for text in parts.values():
        assert "Dana Ng" in text
        assert "http://localhost:8000/password/" in text
        assert "for 3 days" in text
    assert "Your username is dana." in parts["text/plain"]


def test_who_forgot_a_password_reads_that_nothing_has_changed(dana, mail_server):
    PasswordLink.write(dana, Purpose.FORGOTTEN)

    send_password_link(PasswordLink.objects.get().pk)

    (mail,) = mail_server.to(DANA)
    assert mail["Subject"].startswith("A new password for Parley at")
    assert "If it was not you, do nothing: nothing has changed." in parts_of(mail)["text/plain"]


def test_a_name_stays_text_and_a_subject_on_its_line(dana, mail_server, workspace):
    workspace.name = "Acme\r\nBcc: mallory@evil.example"
    workspace.save()
    dana.first_name = "<script>alert(1)</script>"
    dana.save()
    PasswordLink.write(dana, Purpose.INVITATION)

    send_password_link(PasswordLink.objects.get().pk)

    (mail,) = mail_server.to(DANA)
    assert mail["Bcc"] is None
    assert "<script>" not in parts_of(mail)["text/html"]


def test_it_is_due_at_once_and_sent_once(invited, mail_server, clock):
    assert PasswordLink.objects.due().get() == invited

    send_password_link(invited.pk)
    clock.move(hours=1)
    send_password_link(invited.pk)

    assert len(mail_server.to(DANA)) == 1
    assert not PasswordLink.objects.due().exists()


def test_it_goes_out_when_the_mail_server_is_back(invited, mail_server, clock):
    mail_server.is_closed = True
    send_password_link(invited.pk)
    invited.refresh_from_db()
    assert "the mail server refused the address" in invited.last_error
    assert not PasswordLink.objects.due().exists()

    mail_server.is_closed = False
    clock.move(seconds=10)
    send_password_link(PasswordLink.objects.due().get().pk)

    invited.refresh_from_db()
    assert (len(mail_server.to(DANA)), invited.last_error, invited.next_try_at) == (1, "", None)


def test_a_silent_mail_server_costs_a_try_and_no_more(invited, silent_server):
    send_password_link(invited.pk)

    invited.refresh_from_db()
    assert (invited.tries, invited.sent_at) == (1, None)
    assert "did not answer in time" in invited.last_error


def test_to_ask_again_sends_what_waits_at_once_instead_of_a_second_mail(invited, mail_server):
    mail_server.is_closed = True
    send_password_link(invited.pk)
    mail_server.is_closed = False

    PasswordLink.write(invited.user, Purpose.INVITATION)

    send_password_link(PasswordLink.objects.due().get().pk)
    assert PasswordLink.objects.count() == 1
    assert len(mail_server.to(DANA)) == 1


def test_to_ask_again_after_it_was_sent_sends_another(invited, mail_server):
    send_password_link(invited.pk)

    PasswordLink.write(invited.user, Purpose.INVITATION)

    send_password_link(PasswordLink.objects.due().get().pk)
    assert len(mail_server.to(DANA)) == 2


def test_after_three_days_it_is_given_up(invited, mail_server, clock):
    mail_server.is_closed = True
    clock.move(days=3, seconds=1)

    send_password_link(invited.pk)

    invited.refresh_from_db()
    assert (invited.next_try_at, invited.sent_at) == (None, None)


def come_in(user):
    user.set_password("a long enough one")


def be_deactivated(user):
    user.is_active = False


def lose_the_address(user):
    user.email = ""


@pytest.mark.parametrize("change", [come_in, be_deactivated, lose_the_address])
def test_nobody_is_invited_who_has_come_in_or_may_not(invited, mail_server, change):
    change(invited.user)
    invited.user.save()

    send_password_link(invited.pk)

    invited.refresh_from_db()
    assert mail_server.mails == []
    assert (invited.next_try_at, invited.sent_at) == (None, None)


def test_it_goes_to_the_address_that_dana_has_now(invited, mail_server):
    invited.user.email = "dana@elsewhere.example"
    invited.user.save()

    send_password_link(invited.pk)

    assert mail_server.addresses == ["dana@elsewhere.example"]


def test_the_database_keeps_no_link(invited, mail_server):
    send_password_link(invited.pk)

    text = parts_of(mail_server.mails[0])["text/plain"]
    token = text.split("/password/")[1].split("/")[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(kept)::text FROM notifications_passwordlink kept")
        assert token not in cursor.fetchone()[0]
