from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from routing.clock import Now, clock
from routing.models.lock import LockingQuerySet
from routing.models.workspace import CHATS_PER_AGENT, MOST_CHATS_PER_AGENT

RECEIVE_LIVE_CHATS = "routing.receive_live_chats"


class PassedOver(models.TextChoices):
    """Why an agent was not asked, in the order in which the reasons are looked for."""

    NO_PERMISSION = "no_permission", "Has no Live Chat permission"
    AWAY = "away", "Away"
    ALREADY_ASKED = "already_asked", "Was already asked for this chat"
    FULL = "full", "Has as many chats as allowed"


class AgentQuerySet(LockingQuerySet):
    def permitted(self):
        users = get_user_model().objects.with_perm(
            RECEIVE_LIVE_CHATS, backend="django.contrib.auth.backends.ModelBackend"
        )
        return self.filter(user__in=users.values("pk"))

    def available(self):
        return self.filter(available_until__gt=Now())

    def with_load(self):
        """Adds `load`, the places taken: active chats and open offers."""
        from routing.models.live_chat import LiveChat
        from routing.models.offer import Offer

        return self.annotate(
            load=_count(LiveChat.objects.active(), "agent") + _count(Offer.objects.open(), "agent")
        )

    def considered_for(self, live_chat, workspace):
        """Everyone in turn with `load`, `limit` and `passed_over`, which is empty for who can be asked."""
        from routing.models.offer import Offer

        asked = Offer.objects.filter(live_chat=live_chat, agent=OuterRef("pk"))
        return (
            self.with_load()
            .annotate(
                # Postgres passes over a null here: without a limit of one's own, the one for all holds.
                limit=Least(F("chat_limit"), Value(workspace.chats_per_agent)),
                passed_over=Case(
                    When(
                        ~Q(pk__in=Agent.objects.permitted().values("pk")),
                        then=Value(PassedOver.NO_PERMISSION),
                    ),
                    When(
                        Q(available_until=None) | Q(available_until__lte=Now()), then=Value(PassedOver.AWAY)
                    ),
                    When(Exists(asked), then=Value(PassedOver.ALREADY_ASKED)),
                    When(load__gte=F("limit"), then=Value(PassedOver.FULL)),
                    default=Value(""),
                    output_field=models.CharField(),
                ),
            )
            .in_turn()
        )

    def in_turn(self):
        """Asked longest ago first; before them who was never asked, by key."""
        return self.order_by(F("last_asked_at").asc(nulls_first=True), "pk")


def _count(rows, field):
    counted = (
        rows.filter(**{field: OuterRef("pk")}).order_by().values(field).annotate(n=Count("pk")).values("n")
    )
    return Coalesce(Subquery(counted), 0)


def is_time_zone(name):
    if name and name not in available_timezones():
        raise ValidationError("Choose a time zone such as Europe/Amsterdam.")


class Agent(models.Model):
    """A person who answers visitors: a user with the permission Live Chat."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="agent")
    name = models.CharField(max_length=80, help_text="What visitors see.")
    picture = models.ImageField(upload_to="pictures", blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[is_time_zone], help_text="UTC if empty."
    )
    chat_limit = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=CHATS_PER_AGENT,
        help_text="At most this many chats at once, 1 to 10; empty: the limit for everybody.",
    )
    # The switch: null or past means away.
    available_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AgentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="agent_chat_limit_1_to_10", condition=Q(chat_limit__range=(1, MOST_CHATS_PER_AGENT))
            )
        ]
        permissions = [("receive_live_chats", "Live Chat")]

    def __str__(self):
        return self.name

    @classmethod
    def of(cls, user):
        """The user's own row, made the first time it is asked for."""
        name = user.get_full_name() or user.get_username()
        return cls.objects.select_related("user").get_or_create(user=user, defaults={"name": name[:80]})[0]

    @property
    def is_permitted(self):
        return self.user.is_active and self.user.has_perm(RECEIVE_LIVE_CHATS)

    @property
    def is_available(self):
        return self.available_until is not None and clock() < self.available_until

    @property
    def zone(self):
        return ZoneInfo(self.time_zone or "UTC")

    @transaction.atomic
    def switch(self, *, available):
        """Makes the agent available until midnight in their own zone, or away. Running chats and an
        open offer are left alone (Adobe Dynamic Chat, "Agent settings")."""
        self.refresh_from_db(from_queryset=Agent.objects.lock())
        self.available_until = self._next_midnight() if available else None
        self.save(update_fields=["available_until"])

    def _next_midnight(self):
        tomorrow = clock().astimezone(self.zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time.min, tzinfo=self.zone)
