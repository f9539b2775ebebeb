from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Count, F, FilteredRelation, Q, Value, When
from django.db.models.functions import Least

from routing.clock import Now, clock
from routing.models.availability import Availability, Switched
from routing.models.hours import HoursBlock
from routing.models.lock import LockingQuerySet
from routing.models.presence import AgentPresence
from routing.models.state import State
from routing.models.workspace import CHATS_PER_AGENT, MOST_CHATS_PER_AGENT
from routing.signals import agent_changed

RECEIVE_LIVE_CHATS = "routing.receive_live_chats"
MISSES_UNTIL_AWAY = 2


class PassedOver(models.TextChoices):
    """Why an agent was not asked, in the order in which the reasons are looked for."""

    NO_PERMISSION = "no_permission", "Has no Live Chat permission"
    ALREADY_ASKED = "already_asked", "Was already asked for this chat"
    AWAY = "away", "Away"
    OUT_OF_HOURS = "out_of_hours", "Outside their hours"
    UNREACHABLE = "unreachable", "No open page and no alerts"
    FULL = "full", "Has as many chats as allowed"

    @property
    def in_words(self):
        """To be read within a sentence, after the agent's name."""
        return f"{self.label[0].lower()}{self.label[1:]}"


class AgentQuerySet(LockingQuerySet):
    def permitted(self):
        """Active users with the permission, their own or a group's, or with all of them.

        As Django's `with_perm` says, which goes through every group's members for each user: quadratic.
        """
        app, codename = RECEIVE_LIVE_CHATS.split(".")
        permission = Permission.objects.filter(content_type__app_label=app, codename=codename)
        by_themselves = User.user_permissions.through.objects.filter(permission__in=permission)
        by_a_group = User.groups.through.objects.filter(group__permissions__in=permission)
        return self.filter(
            Q(user__is_superuser=True)
            | Q(user__in=by_themselves.values("user"))
            | Q(user__in=by_a_group.values("user")),
            user__is_active=True,
        )

    def available(self):
        return self.filter(available_from__lte=Now(), available_until__gt=Now())

    def to_settle(self):
        """Those whose availability changes by itself at a moment that has come."""
        return self.filter(settle_at__lte=Now())

    def with_load(self):
        """Adds `load`, the places taken: active chats and open offers."""
        return self.annotate(
            _active=FilteredRelation("live_chats", condition=Q(live_chats__state=State.ACTIVE)),
            _offered=FilteredRelation("offers", condition=Q(offers__outcome=None)),
        ).annotate(load=Count("_active", distinct=True) + Count("_offered", distinct=True))

    def with_limit(self, workspace):
        """Adds `limit`: how many chats each may have."""
        # Postgres passes over a null here: without a limit of one's own, the one for all holds.
        return self.annotate(limit=Least(F("chat_limit"), Value(workspace.chats_per_agent)))

    def considered_for(self, live_chat, workspace):
        """Everyone in turn with `load`, `limit` and `passed_over`, which is empty for who can be asked."""
        from routing.models.offer import Offer

        permitted = Agent.objects.permitted().values("pk")
        asked = Offer.objects.asked_for(live_chat).values("agent")
        is_off = Q(available_from=None) | Q(available_from__gt=Now()) | Q(available_until__lte=Now())
        is_away = Q(switched=Switched.AWAY) | ~Q(pk__in=HoursBlock.objects.values("agent"))
        reasons = [
            (~Q(pk__in=permitted), PassedOver.NO_PERMISSION),
            (Q(pk__in=asked), PassedOver.ALREADY_ASKED),
            (is_off & is_away, PassedOver.AWAY),
            (is_off, PassedOver.OUT_OF_HOURS),
            (Q(load__gte=F("limit")), PassedOver.FULL),
        ]
        if workspace.only_reachable:
            here = AgentPresence.objects.here().values("pk")
            reasons.insert(-1, (~Q(pk__in=here), PassedOver.UNREACHABLE))
        return (
            self.with_load()
            .with_limit(workspace)
            .annotate(
                passed_over=Case(
                    *[When(condition, then=Value(reason)) for condition, reason in reasons],
                    default=Value(""),
                    output_field=models.CharField(),
                ),
            )
            .in_turn()
        )

    def in_turn(self):
        """Asked longest ago first; before them who was never asked, by key."""
        return self.order_by(F("last_asked_at").asc(nulls_first=True), "pk")


def is_time_zone(name):
    if name and name not in available_timezones():
        raise ValidationError("Choose a time zone such as Europe/Amsterdam.")


class Agent(Availability):
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
    last_asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AgentQuerySet.as_manager()

    class Meta(Availability.Meta):
        constraints = [
            *Availability.Meta.constraints,
            models.CheckConstraint(
                name="agent_chat_limit_1_to_10", condition=Q(chat_limit__range=(1, MOST_CHATS_PER_AGENT))
            ),
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
        return self.is_available_at(clock())

    @property
    def zone(self):
        return ZoneInfo(self.time_zone or "UTC")

    # What changes their availability; running chats and an open offer are left alone

    def switch(self, *, available):
        """Puts the switch, which overrides the hours for a while."""
        with self._settled() as now:
            self.put_switch(available=available, at=now)

    def set_away(self):
        """Puts the switch to away on behalf of an agent who does not answer."""
        with self._settled() as now:
            self.put_switch(available=False, at=now, by_itself=True)

    def set_away_if_missing(self, workspace):
        """Who misses two offers in a row is not there: the next visitor need not wait for them too."""
        if workspace.away_after_misses and self.misses_in_a_row >= MISSES_UNTIL_AWAY:
            self.set_away()

    def settle(self):
        """To be called when their hours or zone have changed, and when the next change is due."""
        with self._settled() as now:
            self.settle_as_of(now)

    def is_settled_as_of(self, now):
        """Whether settling them now would change nothing of the next day."""
        anew = copy(self)
        anew.settle_as_of(now)
        return anew._next_day(now) == self._next_day(now)

    def deactivate(self):
        """They may not sign in any more. Their open offers go to who is next, their active chats are handed back;
        what is cut short here the clock goes on with."""
        from routing.models.live_chat import LiveChat

        self.user.is_active = False
        self.user.save(update_fields=["is_active"])
        for live_chat in LiveChat.objects.filter(pk__in=self.offers.open().values("live_chat")):
            live_chat.expire_offer()
        for live_chat in LiveChat.objects.forsaken().filter(agent=self):
            live_chat.hand_back()

    def activate(self):
        """They may sign in again, and are asked when their hours or their switch say so."""
        self.user.is_active = True
        self.user.save(update_fields=["is_active"])

    @property
    def misses_in_a_row(self):
        """How many of the newest offers ran out, since the switch was last put."""
        from routing.models.offer import Outcome

        answers = self.offers.exclude(outcome=None).exclude(outcome=Outcome.WITHDRAWN)
        if self.misses_count_from:
            answers = answers.filter(made_at__gte=self.misses_count_from)
        newest = answers.order_by("-made_at").values_list("outcome", flat=True)[:10]
        return sum(1 for _ in takewhile(Outcome.EXPIRED.__eq__, newest))

    def _next_day(self, now):
        # What lies further ahead comes into sight from day to day: hours without an end have none that is settled.
        changes_at = self.settle_at if self.settle_at and self.settle_at - now < timedelta(days=1) else None
        return self.switched, self.is_available_at(now), changes_at

    @contextmanager
    def _settled(self):
        with transaction.atomic():
            self.refresh_from_db(from_queryset=Agent.objects.lock())
            yield clock()
            self.save(update_fields=self.FIELDS)
            agent_changed.send(Agent, agent=self)
