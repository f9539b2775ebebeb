"""When an agent takes chats: by their hours, unless the switch says otherwise."""

from datetime import time, timedelta

from django.db import models
from django.db.models import F, Q

from routing.hours import Switch, override_ends, window_now
from routing.models.hours import hours_of

# Beyond a week a weekday and a time say nothing.
SOON = timedelta(days=7)


class Switched(models.TextChoices):
    NOT = "", "As the hours say"
    AVAILABLE = "available", "Available"
    AWAY = "away", "Away"


class Availability(models.Model):
    """The part of an agent that says when they take chats.

    Routing compares two columns with the clock, so a thousand agents cost one statement. Whoever changes the hours,
    the zone or the switch settles them anew; the clock does when the next change is due.
    """

    switched = models.CharField(
        max_length=9, choices=Switched, default=Switched.NOT, blank=True, editable=False
    )
    switched_at = models.DateTimeField(null=True, editable=False)
    # It was not the agent who put the switch to away: they missed two offers in a row.
    is_set_away = models.BooleanField(default=False, editable=False)
    # Offers missed before that are forgiven.
    misses_count_from = models.DateTimeField(null=True, editable=False)
    # Available now or next; null: not in sight.
    available_from = models.DateTimeField(null=True, editable=False)
    available_until = models.DateTimeField(null=True, editable=False)
    # When something of this changes next.
    settle_at = models.DateTimeField(null=True, editable=False)

    FIELDS = [
        "switched",
        "switched_at",
        "is_set_away",
        "misses_count_from",
        "available_from",
        "available_until",
        "settle_at",
    ]

    class Meta:
        abstract = True
        indexes = [
            models.Index(name="agents_to_settle", fields=["settle_at"], condition=Q(settle_at__isnull=False))
        ]
        constraints = [
            models.CheckConstraint(
                name="an_agent_is_available_for_a_while",
                condition=Q(available_from=None, available_until=None)
                | Q(available_from__isnull=False, available_until__gt=F("available_from")),
            ),
            models.CheckConstraint(
                name="a_switch_was_put_at_some_time",
                condition=Q(switched=Switched.NOT, switched_at=None, is_set_away=False)
                | Q(switched__in=[Switched.AVAILABLE, Switched.AWAY], switched_at__isnull=False),
            ),
        ]

    def is_available_at(self, moment):
        return self.available_from is not None and self.available_from <= moment < self.available_until

    def put_switch(self, *, available, at, by_itself=False):
        """The switch overrides the hours until it is switched back, the next block begins, or midnight in the
        agent's zone (Adobe Dynamic Chat, "Agent settings")."""
        self.misses_count_from = at
        window = hours_of(self).window(at)
        says_nothing_new = available == (window is not None and window.begins <= at)
        # Who is set away is told why, also where the hours alone would have them away now.
        if says_nothing_new and not by_itself:
            self._let_hours_rule()
        else:
            self.switched = Switched.AVAILABLE if available else Switched.AWAY
            self.switched_at, self.is_set_away = at, by_itself
        self.settle_as_of(at)

    def settle_as_of(self, now):
        """Works out anew when the agent is available, now or next, and when that changes."""
        hours = hours_of(self)
        switch = Switch(self.switched == Switched.AVAILABLE, self.switched_at) if self.switched else None
        changes = []
        if switch:
            changes = [override_ends(hours, switch)]
            if changes[0] <= now:
                self._let_hours_rule()
                switch, changes = None, []
        window = window_now(hours, switch, now)
        self.available_from, self.available_until = window or (None, None)
        changes = [moment for moment in [*changes, *(window or [])] if moment > now]
        self.settle_at = min(changes, default=None)

    def in_words(self, now, *, own=True, is_reachable=True):
        """Whether they take chats, until when, and why not, in the agent's own zone; to be read by themselves, or
        by somebody else. It begins with the word "Available" or "Away"."""
        if self.is_available_at(now):
            if not is_reachable:
                return "Away: no open page and no alerts"
            return f"Available{self._until(now)}"
        # Until somebody has settled what comes next, the last time is still there.
        is_ahead = self.available_from is not None and self.available_from > now
        back = f", back {self._at(self.available_from, now)}" if is_ahead else ""
        if self.is_set_away:
            return f"Away: {'you' if own else 'they'} missed two offers in a row{back}"
        if self.switched == Switched.AWAY:
            return f"Away{back}"
        if back:
            return f"Away: outside {'your' if own else 'their'} hours{back}"
        return "Away"

    def _until(self, now):
        if self.available_until - now > SOON:
            return ""
        at = self._at(self.available_until, now)
        return f" until {'midnight' if at == '00:00' or at.endswith(' 00:00') else at}"

    def _at(self, moment, now):
        """17:30 within a day, Mon 09:00 within a week, else 7 Dec 09:00."""
        at, now = moment.astimezone(self.zone), now.astimezone(self.zone)
        days = (at.date() - now.date()).days
        if days == 0 or (days == 1 and at.time() == time.min):
            return f"{at:%H:%M}"
        return f"{at:%a %H:%M}" if days < SOON.days else f"{at:%-d %b %H:%M}"

    def _let_hours_rule(self):
        self.switched, self.switched_at, self.is_set_away = Switched.NOT, None, False
