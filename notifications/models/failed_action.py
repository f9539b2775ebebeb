from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Count, Q

from notifications.letter import Letter
from notifications.models.mail import Mail, in_words, is_about_one_mail
from notifications.models.outbox import Outbox, OutboxQuerySet
from routing.clock import Now


class Kind(models.TextChoices):
    LIVE_CHAT = "live_chat", "Live chat"


class FailedActionQuerySet(OutboxQuerySet):
    def with_counts(self):
        """Adds `mails_count` and `sent_count`."""
        sent = Count("mails", filter=Q(mails__sent_at__isnull=False))
        return self.annotate(mails_count=Count("mails"), sent_count=sent)


class FailedAction(Outbox):
    """A live chat that fell back, and the outbox of its mails: to who missed it, and to managers."""

    kind = models.CharField(max_length=9, choices=Kind)
    live_chat = models.OneToOneField(
        "routing.LiveChat", models.PROTECT, null=True, related_name="failed_action"
    )
    # As it was sent: every recipient reads the same, at every try.
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    reply_to = models.EmailField(blank=True)

    objects = FailedActionQuerySet.as_manager()

    class Meta:
        verbose_name = "failed action"
        verbose_name_plural = "Missed"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="a_failed_action_names_what_failed",
                condition=Q(kind=Kind.LIVE_CHAT, live_chat__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                name="failed_actions_to_send", fields=["next_try_at"], condition=Q(next_try_at__isnull=False)
            )
        ]

    def __str__(self):
        return self.subject or f"{self.get_kind_display()} of {self.made_at:%-d %B %Y, %H:%M} UTC"

    @classmethod
    @transaction.atomic
    def write(cls, live_chat):
        """Puts a live chat that fell back on record, once, with a mail for each who must hear of it."""
        failed_action, is_new = cls.objects.get_or_create(
            live_chat=live_chat, defaults={"kind": Kind.LIVE_CHAT}
        )
        if is_new:
            told = failed_action._told()
            Mail.objects.bulk_create(
                [Mail(failed_action=failed_action, user=user, address=user.email) for user in told],
                ignore_conflicts=True,
            )
        return failed_action

    def send(self):
        """Sends what is not sent yet. May be called at any time, and twice: it does nothing until it is
        due, and nothing while another worker sends."""
        if not self.claim():
            return
        if not self.text:
            self._compose()
        errors = []
        for mail in self.mails.unsent():
            try:
                mail.send()
            except (OSError, ValueError) as error:
                errors.append(f"{mail.address}: {in_words(error)}")
                # The others need not wait in turn for a server that does not answer.
                if not is_about_one_mail(error):
                    break
        self.settle("\n".join(errors), is_sent=self.is_sent)

    def try_again(self):
        """Makes due now what waits for its next try, or was given up."""
        unsent = self.mails.unsent().values("failed_action")
        FailedAction.objects.filter(pk=self.pk, pk__in=unsent).update(next_try_at=Now())

    @property
    def is_sent(self):
        return not self.mails.unsent().exists()

    @property
    def link(self):
        """Where the conversation stands in the admin, or empty."""
        return Letter(self.live_chat).link

    def _told(self):
        """Who is told: every agent who missed it, and the managers."""
        users = get_user_model().objects
        managers = users.with_perm(
            "routing.manage_workspace", backend="django.contrib.auth.backends.ModelBackend"
        )
        missed = users.filter(is_active=True, agent__offers__in=self.live_chat.offers.missed())
        return users.filter(Q(pk__in=managers.values("pk")) | Q(pk__in=missed.values("pk"))).exclude(email="")

    def _compose(self):
        """Only now, for the conversation knows its live chat when the transaction that made this is over."""
        letter = Letter(self.live_chat)
        self.subject, self.text, self.html = letter.subject, letter.text, letter.html
        self.reply_to = letter.reply_to
        self.save(update_fields=["subject", "text", "html", "reply_to"])
