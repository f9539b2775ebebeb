from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from routing.models.lock import LockingQuerySet

# Adobe Dynamic Chat, "Live chat overview": no agent ever has more than ten chats.
MOST_CHATS_PER_AGENT = 10
CHATS_PER_AGENT = (MinValueValidator(1), MaxValueValidator(MOST_CHATS_PER_AGENT))
# Each one takes up to a hundred seconds of a visitor who waits.
MOST_TRIES = 5
TRIES = (MinValueValidator(1), MaxValueValidator(MOST_TRIES))
# The same page: the Select trial connects a hundred chats, for life.
SELECT_ENGAGEMENTS = 100


class Plan(models.TextChoices):
    SELECT = "select", "Select"
    PRIME = "prime", "Prime"


class Workspace(models.Model):
    """What holds for everybody here. There is one row; migrating makes it."""

    name = models.CharField(max_length=80, default="Parley", help_text="What visitors see as your name.")
    plan = models.CharField(max_length=6, choices=Plan, default=Plan.PRIME)
    engagement_limit = models.PositiveIntegerField(
        default=SELECT_ENGAGEMENTS, help_text="How many live chats the Select plan connects, for life."
    )
    chats_per_agent = models.PositiveSmallIntegerField(
        default=MOST_CHATS_PER_AGENT,
        validators=CHATS_PER_AGENT,
        help_text="How many chats an agent can have at once, 1 to 10.",
    )
    round_robin_tries = models.PositiveSmallIntegerField(
        "tries by round robin",
        default=1,
        validators=TRIES,
        help_text="How many agents are asked, one after another, before the fallback message; 1 on Select.",
    )
    team_tries = models.PositiveSmallIntegerField("tries in a team", default=2, validators=TRIES)
    custom_rules_tries = models.PositiveSmallIntegerField(
        "tries by custom rules", default=1, validators=TRIES
    )
    overflow = models.BooleanField(
        default=False,
        help_text="If a live chat card leads to nobody who can be asked, ask all agents by round robin"
        " before the fallback message.",
    )
    account_routing = models.BooleanField(
        default=False,
        help_text="First ask the agent who owns the account to which the visitor's email address belongs.",
    )
    only_reachable = models.BooleanField(
        "only agents who can be reached",
        default=True,
        help_text="Pass over agents who have neither an open page nor alerts that work.",
    )
    away_after_misses = models.BooleanField(
        "away after two missed offers",
        default=True,
        help_text="Set an agent who misses two offers in a row to away, until they come back.",
    )
    fallback_message = models.ForeignKey(
        "routing.FallbackMessage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="What visitors read when nobody comes; empty: the standard text.",
    )
    include_meeting_booking = models.BooleanField(
        "include meeting booking option",
        default=False,
        help_text="Beside the fallback message, let visitors book a meeting.",
    )
    allowed_sites = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        help_text="Origins that may show the widget, such as https://shop.example; empty: any.",
    )

    objects = LockingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="there_is_one_workspace", condition=Q(pk=1)),
            models.CheckConstraint(
                name="workspace_chats_per_agent_1_to_10",
                condition=Q(chats_per_agent__range=(1, MOST_CHATS_PER_AGENT)),
            ),
            models.CheckConstraint(
                name="workspace_tries_1_to_5",
                condition=Q(
                    round_robin_tries__range=(1, MOST_TRIES),
                    team_tries__range=(1, MOST_TRIES),
                    custom_rules_tries__range=(1, MOST_TRIES),
                ),
            ),
        ]
        permissions = [("manage_workspace", "Manager")]

    def __str__(self):
        return self.name

    @property
    def engagements(self):
        """How many live chats count towards the Select plan's limit: accepted ones, for life."""
        from routing.models.live_chat import LiveChat

        return LiveChat.objects.engaged().count()

    @property
    def routes_accounts(self):
        """Account routing comes with Prime (Adobe Dynamic Chat, "Routing")."""
        return self.account_routing and self.plan == Plan.PRIME

    @property
    def engagement_state(self):
        """Whether engagements run out: "few-left" from nine tenths on, "used-up", or empty."""
        if self.plan == Plan.PRIME:
            return ""
        used = self.engagements
        if used >= self.engagement_limit:
            return "used-up"
        return "few-left" if used * 10 >= self.engagement_limit * 9 else ""

    def why_not(self, route):
        """Why the plan connects nobody by this route now, in a sentence; empty if it does."""
        plan = self.get_plan_display()
        if not route.is_part_of(self.plan):
            return f"The {plan} plan has no teams."
        if not self.has_engagement_left():
            return f"The {plan} plan's {self.engagement_limit} engagements are used up."
        return ""

    def has_engagement_left(self):
        """Whether the plan connects one more chat. An open offer has reserved its engagement."""
        from routing.models.live_chat import LiveChat
        from routing.models.offer import Offer

        if self.plan == Plan.PRIME:
            return True
        # One statement: between two, an accept would take an offer out of both counts.
        offered = Q(pk__in=Offer.objects.open().values("live_chat"))
        counted = LiveChat.objects.filter(Q(accepted_at__isnull=False) | offered)
        return counted.count() < self.engagement_limit
