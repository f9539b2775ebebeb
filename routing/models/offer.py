from django.db import models
from django.db.models import F, Q

from routing.clock import Now
from routing.models.agent import Agent


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Missed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Step(models.TextChoices):
    """Where it was looked for an agent, in this order."""

    ACCOUNT = "account", "Account routing"
    OPTION = "option", "The card's routing option"
    OVERFLOW = "overflow", "Round robin over all agents"


class OfferQuerySet(models.QuerySet):
    def open(self):
        return self.filter(outcome=None)

    def answerable(self):
        """Open offers that can still be accepted, the oldest first, with the time `left` of each."""
        in_time = self.open().filter(expires_at__gt=Now())
        return in_time.annotate(left=F("expires_at") - Now()).order_by("made_at", "pk")

    def asked_for(self, live_chat):
        """Who was asked for this chat: since its agent left, if it was handed back."""
        offers = self.filter(live_chat=live_chat.pk)
        since = live_chat.handed_back_at
        return offers.filter(made_at__gte=since, is_to_take_over=True) if since else offers

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
    # An active chat whose agent is gone, offered to somebody else.
    is_to_take_over = models.BooleanField(default=False)
    step = models.CharField(max_length=8, choices=Step, default=Step.OPTION)
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
            models.UniqueConstraint(
                name="nobody_is_asked_twice",
                fields=["live_chat", "agent"],
                condition=Q(is_to_take_over=False),
            ),
            models.CheckConstraint(
                name="an_offer_leaves_time", condition=Q(expires_at__gt=models.F("made_at"))
            ),
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

    @property
    def is_accepted(self):
        return self.outcome == Outcome.ACCEPTED

    def close(self, outcome, *, at):
        self.outcome, self.closed_at = outcome, at
        self.save(update_fields=["outcome", "closed_at"])

    @property
    def in_words(self):
        """What became of it, for people who were not there."""
        asked = "was asked to take over" if self.is_to_take_over else "was asked"
        return f"{self.agent} {asked} at {self.made_at:%H:%M:%S} UTC and {self.became}."

    @property
    def became(self):
        """What became of it, to be read after the agent's name."""
        match self.outcome:
            case Outcome.DECLINED:
                return f"declined after {self._time}"
            case Outcome.EXPIRED if self.closed_at < self.expires_at:
                return f"could no longer answer after {self._time}"
            case Outcome.EXPIRED:
                return f"did not accept within {self._time}"
            case Outcome.ACCEPTED:
                return f"accepted after {self._time}"
            case Outcome.WITHDRAWN if not self.is_over_with_its_chat:
                return f"was no longer asked after {self._time}"
            case Outcome.WITHDRAWN:
                # Only the visitor ends a live chat that nobody has accepted.
                is_taken = self.live_chat.accepted_at is not None
                gone = "the chat was over" if is_taken else "the visitor stopped waiting"
                return f"had not answered when {gone} after {self._time}"
            case _:
                return f"can accept until {self.expires_at:%H:%M:%S} UTC"

    @property
    def is_over_with_its_chat(self):
        """Whether it was withdrawn because the chat ended."""
        return self.outcome == Outcome.WITHDRAWN and self.closed_at == self.live_chat.ended_at

    @property
    def routed(self):
        """How it came to this agent, to be read after "routed to you"."""
        if not self.is_to_take_over:
            return self.decision.led_by
        earlier = self.live_chat.offers.filter(outcome=Outcome.ACCEPTED, pk__lt=self.pk)
        return f"to take over from {earlier.select_related('agent').latest('pk').agent}"

    @property
    def _time(self):
        """An offer that expired was open for its hundred seconds, whenever that was noticed."""
        end = min(self.expires_at, self.closed_at)
        seconds = round((end - self.made_at).total_seconds())
        return "1 second" if seconds == 1 else f"{seconds} seconds"
