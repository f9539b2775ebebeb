"""When an agent works, as rows; `routing/hours.py` knows what they come to."""

from collections import defaultdict
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from routing.hours import Block, Hours

LONGEST_EXCEPTION = timedelta(days=366)


class Weekday(models.IntegerChoices):
    MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


class HoursBlock(models.Model):
    """A stretch of every such weekday on the agent's own wall clock; it may run past midnight."""

    agent = models.ForeignKey("routing.Agent", models.CASCADE, related_name="hours_blocks")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    begins = models.TimeField()
    ends = models.TimeField(
        help_text="At or before the beginning: on the next day. 00:00 to 00:00 is a whole day."
    )

    class Meta:
        ordering = ["weekday", "begins"]
        constraints = [
            models.UniqueConstraint(name="a_block_begins_once", fields=["agent", "weekday", "begins"]),
            models.CheckConstraint(name="a_weekday_is_0_to_6", condition=Q(weekday__range=(0, 6))),
            models.CheckConstraint(name="a_block_lasts", condition=~Q(begins=F("ends")) | Q(begins=time.min)),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.begins:%H:%M} to {self.ends:%H:%M}"

    def clean(self):
        _lasts(self)


class HoursException(models.Model):
    """Days on which something else holds than the weekly hours: other blocks, or none."""

    agent = models.ForeignKey("routing.Agent", models.CASCADE, related_name="hours_exceptions")
    first_day = models.DateField()
    last_day = models.DateField(help_text="The same for a single day.")
    begins = models.TimeField(null=True, blank=True, help_text="Empty: off on these days.")
    ends = models.TimeField(null=True, blank=True)

    class Meta:
        ordering = ["first_day", "begins"]
        constraints = [
            models.CheckConstraint(
                name="an_exception_ends_after_it_begins",
                condition=Q(last_day__gte=F("first_day"), last_day__lte=F("first_day") + LONGEST_EXCEPTION),
            ),
            models.CheckConstraint(
                name="an_exception_is_off_or_has_a_block",
                condition=Q(begins=None, ends=None)
                | Q(begins__isnull=False, ends__isnull=False) & (~Q(begins=F("ends")) | Q(begins=time.min)),
            ),
        ]

    def __str__(self):
        days = (
            f"{self.first_day}" if self.first_day == self.last_day else f"{self.first_day} to {self.last_day}"
        )
        return f"{days}: off" if self.begins is None else f"{days}: {self.begins:%H:%M} to {self.ends:%H:%M}"

    def clean(self):
        if self.first_day and self.last_day:
            if self.last_day < self.first_day:
                raise ValidationError({"last_day": "The last day comes before the first."})
            if self.last_day - self.first_day > LONGEST_EXCEPTION:
                raise ValidationError({"last_day": "An exception lasts a year at most."})
        if (self.begins is None) != (self.ends is None):
            raise ValidationError("Enter both times, or neither for days off.")
        if self.begins is not None:
            _lasts(self)

    @property
    def days(self):
        return [self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]


def hours_of(agent) -> Hours:
    """The agent's hours, as their rows say now."""
    week, exceptions = defaultdict(list), defaultdict(list)
    for block in agent.hours_blocks.all():
        week[block.weekday].append(Block(block.begins, block.ends))
    for exception in agent.hours_exceptions.all():
        blocks = [] if exception.begins is None else [Block(exception.begins, exception.ends)]
        for day in exception.days:
            exceptions[day] += blocks
    return Hours(ZoneInfo(agent.time_zone or "UTC"), dict(week), dict(exceptions))


def _lasts(block):
    if block.begins is not None and block.begins == block.ends != time.min:
        raise ValidationError("It ends when it begins. From 00:00 to 00:00 is a whole day.")
