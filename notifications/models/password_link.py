from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import models
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from notifications.letter import on_one_line
from notifications.models.mail import hand_over, in_words, new_message_id
from notifications.models.outbox import Outbox, OutboxQuerySet
from routing.clock import Now, clock
from routing.models import Workspace

DAY_SECONDS = 24 * 3600


class Purpose(models.TextChoices):
    INVITATION = "invitation", "Invitation"
    FORGOTTEN = "forgotten", "Forgotten password"


class PasswordLinkQuerySet(OutboxQuerySet):
    def people_with(self, email):
        """Who may ask for a link by this address."""
        users = self.model._meta.get_field("user").related_model.objects
        return users.filter(email__iexact=email, is_active=True)


class PasswordLink(Outbox):
    """A mail with a link by which somebody sets their password. The link itself is made when it is sent, and kept
    nowhere: who reads the database, or a backup, can set nobody's password."""

    purpose = models.CharField(max_length=10, choices=Purpose)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=255, unique=True, default=new_message_id)
    sent_at = models.DateTimeField(null=True)

    objects = PasswordLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                name="password_links_to_send", fields=["next_try_at"], condition=Q(next_try_at__isnull=False)
            )
        ]

    def __str__(self):
        return f"{self.get_purpose_display()} for {self.user}"

    @classmethod
    def write(cls, user, purpose):
        """Has a mail sent. One that could not be sent yet is tried again at once instead."""
        waiting = cls.objects.filter(user=user, purpose=purpose, sent_at=None, next_try_at__isnull=False)
        if not waiting.update(next_try_at=Now()):
            cls.objects.create(user=user, purpose=purpose)

    def send(self):
        """May be called at any time, and twice: it does nothing until it is due, and nothing while another
        worker sends."""
        if not self.claim():
            return
        try:
            self._send()
        except (OSError, ValueError) as error:
            self.settle(f"{self.user.email}: {in_words(error)}", is_sent=self.is_sent)
        else:
            self.settle("", is_sent=self.is_sent)

    def try_again(self):
        """Makes due now what waits for its next try, or was given up."""
        type(self).objects.filter(pk=self.pk, sent_at=None).update(next_try_at=Now())

    @property
    def is_sent(self):
        return self.sent_at is not None or not self.is_wanted

    @property
    def is_wanted(self):
        """Nobody is invited who has come in meanwhile, or may not come in any more."""
        is_late = self.purpose == Purpose.INVITATION and self.user.has_usable_password()
        return self.user.is_active and bool(self.user.email) and not is_late

    def _send(self):
        if not self.is_wanted:
            return
        workspace = on_one_line(Workspace.objects.get())
        context = {"link": self._link(), "user": self.user, "workspace": workspace, "days": self._days()}
        hand_over(
            self._subject(workspace),
            render_to_string(f"notifications/{self.purpose}.txt", context),
            render_to_string(f"notifications/{self.purpose}.html", context),
            to=self.user.email,
            message_id=self.message_id,
        )
        self.sent_at = clock()
        self.save(update_fields=["sent_at"])

    def _subject(self, workspace):
        if self.purpose == Purpose.INVITATION:
            return f"You are invited to Parley at {workspace}"
        return f"A new password for Parley at {workspace}"

    def _link(self):
        uid = urlsafe_base64_encode(force_bytes(self.user_id))
        path = reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(self.user)])
        return urljoin(settings.SITE_URL, path)

    def _days(self):
        return settings.PASSWORD_RESET_TIMEOUT // DAY_SECONDS
