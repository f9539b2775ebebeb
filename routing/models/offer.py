from django.db import models
from django.db.models import Q

from routing.clock import Now
from routing.models.agent import Agent


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Missed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class OfferQuerySet(models.QuerySet):
    def open(self):
        return self.filter(outcome=None)

    def missed(self):
        return self.filter(outcome__in=[Outcome.DECLINED, Outcome.EXPIRED])

    def overdue(self):
        """Open offers whose time is up, or whose agent may no longer answer."""
        lost = ~Q(agent__in=Agent.objects.permitted().values("pk"))
        return self.open().filter(Q(expires_at__lte=Now()) | lost)


class Offer(models.Model):
    """One agent being asked to take one live chat, until `expires_at`."""

    live_chat = models.ForeignKey("routing.LiveChat", models.CASCADE, related_name="offers")
    agent = models.ForeignKey("routing.Agent", models.PROTECT, related_name="offers")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Outcome, null=True)
    closed_at = models.DateTimeField(null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_offer_a_live_chat", fields=["live_chat"], condition=Q(outcome=None)
            ),
            models.UniqueConstraint(name="nobody_is_asked_twice", fields=["live_chat", "agent"]),
            models.CheckConstraint(
                name="an_offer_is_open_or_closed",
                condition=Q(outcome=None, closed_at=None) | Q(outcome__isnull=False, closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="open_offers_by_deadline", fields=["expires_at"], condition=Q(outcome=None)),
            models.Index(name="open_offers_by_agent", fields=["agent"], condition=Q(outcome=None)),
        ]

    def __str__(self):
        return f"{self.live_chat_id} to {self.agent}"

    def close(self, outcome, *, at):
        self.outcome, self.closed_at = outcome, at
        self.save(update_fields=["outcome", "closed_at"])
