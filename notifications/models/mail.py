import uuid
from email.utils import make_msgid
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Q

from routing.clock import Now


class MailQuerySet(models.QuerySet):
    def unsent(self):
        return self.filter(sent_at=None)

    def sent(self):
        return self.filter(sent_at__isnull=False)


def new_message_id():
    """Kept with the row: whoever gets the same mail twice can tell that it is the same."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return make_msgid(uuid.uuid4().hex, domain=host)


class Mail(models.Model):
    """What one person is told about a failed action, at least once."""

    failed_action = models.ForeignKey("notifications.FailedAction", models.CASCADE, related_name="mails")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    address = models.EmailField()
    message_id = models.CharField(max_length=255, unique=True, default=new_message_id)
    sent_at = models.DateTimeField(null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_mail_a_person", fields=["failed_action", "address"]),
            models.CheckConstraint(name="mail_has_an_address", condition=~Q(address="")),
        ]
        ordering = ["pk"]

    def __str__(self):
        return self.address

    def send(self):
        """Hands it to the mail server, and only then puts on record that it is sent."""
        told = self.failed_action
        hand_over(
            told.subject,
            told.text,
            told.html,
            to=self.address,
            message_id=self.message_id,
            reply_to=told.reply_to,
        )
        Mail.objects.filter(pk=self.pk).update(sent_at=Now())


def hand_over(subject, text, html, *, to, message_id, reply_to=""):
    letter = EmailMultiAlternatives(
        subject,
        text,
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(html, "text/html")
    letter.send()


def is_about_one_mail(error):
    """Whether the mail server refused this mail, or this address, and may well take the next."""
    return isinstance(error, ValueError | SMTPRecipientsRefused | SMTPDataError)


def in_words(error):
    match error:
        case SMTPRecipientsRefused():
            [(code, text)] = error.recipients.values()
            return f"the mail server refused the address ({code} {text.decode(errors='replace')})"
        case SMTPResponseException():
            text = error.smtp_error
            text = text.decode(errors="replace") if isinstance(text, bytes) else text
            return f"the mail server refused the mail ({error.smtp_code} {text})"
        case ConnectionRefusedError():
            return "nobody answers at the mail server's address"
        case TimeoutError():
            return "the mail server did not answer in time"
        case _ if "timed out" in str(error):
            return "the mail server did not answer in time"
        case _:
            return f"the mail could not be sent ({error})"
