"""The form for an agent's weekly hours and exceptions, in the hands of managers and of agents themselves.

Its rows are the values that stand under one name, in their order. So any number of them comes and goes without a
script, each time as a form that is sent and comes back.
"""

from collections import defaultdict
from datetime import timedelta
from functools import cached_property
from itertools import zip_longest

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction

from routing.clock import clock
from routing.coming_days import coming_days
from routing.hours import Block, Hours
from routing.hours_rows import BlockRow, ExceptionRow
from routing.models import Agent, HoursBlock, HoursException
from routing.models.hours import Weekday, hours_of

# What the hours were when the form was shown. A form without it is not about hours.
SEEN, ARRANGE = "hours-seen", "hours-arrange"
WORKDAYS = [Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY]
USUAL_DAY = {"begins": "09:00", "ends": "17:00"}
EXCEPTION = "exception"
MOST_EXCEPTIONS = 100
# Nobody asks about exceptions that are over.
FORGOTTEN_AFTER = timedelta(days=31)
CHANGED_MEANWHILE = "Somebody else has changed these hours meanwhile. Save again to put yours in their place."


class HoursForm:
    """Of what was sent nothing is saved unless it was changed."""

    def __init__(self, agent, data=None):
        self.agent = agent
        self.is_sent = data is not None and SEEN in data
        self.arranged = data.get(ARRANGE, "").split() if self.is_sent else []
        self.conflict = ""
        saved = _saved(agent)
        self.seen = data[SEEN] if self.is_sent else _as_text(*saved)
        self._lay_out(self._arrange(_entries_sent(data) if self.is_sent else _entries_of(*saved)))

    def _arrange(self, entries):
        """Does what a button of the form says. Rows that are empty go."""
        match self.arranged:
            case ["remove", name, number] if number.isdecimal() and int(number) < len(entries[_key(name)]):
                del entries[_key(name)][int(number)]
        for key in entries:
            entries[key] = [entry for entry in entries[key] if any(entry.values())]
        match self.arranged:
            case ["usual"]:
                entries.update({day: [USUAL_DAY] for day in WORKDAYS})
            case ["copy"]:
                entries.update({day: list(entries[Weekday.MONDAY]) for day in WORKDAYS})
            case ["add", name] if (key := _key(name)) is not None:
                entries[key].append({})
        return entries

    def _lay_out(self, entries):
        self.days = [
            (
                day.label,
                [BlockRow(day.label.lower(), n, entry) for n, entry in enumerate(entries[day] or [{}])],
            )
            for day in Weekday
        ]
        self.exceptions = [ExceptionRow(EXCEPTION, n, entry) for n, entry in enumerate(entries[EXCEPTION])]
        if self.arranged[:1] == ["add"]:
            added = [row for row in self._rows if row.prefix == self.arranged[-1]]
            if added:
                added[-1].take_focus()

    @property
    def _rows(self):
        return [row for _, rows in self.days for row in rows] + self.exceptions

    @property
    def is_too_long(self):
        return len(self.exceptions) > MOST_EXCEPTIONS

    @cached_property
    def is_readable(self):
        return all(row.is_valid() for row in self._rows) and not self.is_too_long

    def is_valid(self):
        """Locks the agent: what is compared here is still so when it is saved."""
        if not self.is_sent:
            return True
        if not self.is_readable or self.arranged:
            return False
        Agent.objects.lock().get(pk=self.agent.pk)
        now = _as_text(*_saved(self.agent))
        if self.has_changed and now not in (self.seen, _as_text(*self.entered)):
            self.seen, self.conflict = now, CHANGED_MEANWHILE
        return not self.conflict

    @property
    def has_changed(self):
        return self.is_sent and self.is_readable and _as_text(*self.entered) != self.seen

    @cached_property
    def entered(self):
        """The week and the exceptions in order. Of blocks that begin together the longest counts, for they overlap."""
        ends_of = defaultdict(list)
        for day, (_, rows) in zip(Weekday, self.days, strict=True):
            for begins, ends in (row.values for row in rows if not row.is_empty):
                ends_of[day, begins].append(ends)
        week = [(day, begins, max(ends, key=_runs_after(begins))) for (day, begins), ends in ends_of.items()]
        exceptions = {row.values for row in self.exceptions if not row.is_empty}
        return sorted(week), sorted(exceptions, key=_order)

    def write(self):
        """The rows that are entered take the place of those that were there."""
        week, exceptions = self.entered
        self.agent.hours_blocks.all().delete()
        self.agent.hours_exceptions.all().delete()
        HoursBlock.objects.bulk_create(
            HoursBlock(agent=self.agent, weekday=day, begins=begins, ends=ends) for day, begins, ends in week
        )
        forgotten = clock().date() - FORGOTTEN_AFTER
        HoursException.objects.bulk_create(
            HoursException(agent=self.agent, first_day=first, last_day=last, begins=begins, ends=ends)
            for first, last, begins, ends in exceptions
            if last >= forgotten
        )

    @property
    def coming_days(self):
        """What these hours come to; if they cannot be read, what those come to that hold."""
        hours = self._as_entered() if self.is_sent and self.is_readable else hours_of(self.agent)
        return coming_days(hours, clock())

    def _as_entered(self):
        week, exceptions = defaultdict(list), defaultdict(list)
        blocks, on_other_days = self.entered
        for day, begins, ends in blocks:
            week[day].append(Block(begins, ends))
        for first, last, begins, ends in on_other_days:
            for day in HoursException(first_day=first, last_day=last).days:
                exceptions[day] += [] if begins is None else [Block(begins, ends)]
        return Hours(self.agent.zone, dict(week), dict(exceptions))


class FormWithHours(forms.ModelForm):
    """An agent, with their hours."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.hours = HoursForm(self.instance, self.data if self.is_bound else None)

    def is_valid(self):
        # Both, so that who has made two mistakes reads of both.
        is_valid, are_hours_valid = super().is_valid(), self.hours.is_valid()
        if not are_hours_valid and not self.hours.arranged and not self.has_error(NON_FIELD_ERRORS, "hours"):
            self.add_error(None, forms.ValidationError("The hours cannot be saved like this.", code="hours"))
        return is_valid and are_hours_valid

    @transaction.atomic
    def save_agent(self):
        """Saves only what was entered: the switch and the turn may have changed since the row was read."""
        agent, columns = self.instance, {field.name for field in Agent._meta.concrete_fields}
        Agent.objects.lock().get(pk=agent.pk)
        agent.save(update_fields=columns.intersection(self.changed_data))
        if self.hours.has_changed:
            self.hours.write()
        if self.hours.has_changed or "time_zone" in self.changed_data:
            agent.settle()


# The hours as they are saved, as a text that can be compared, and as the values of a form


def _saved(agent):
    blocks = agent.hours_blocks.values_list("weekday", "begins", "ends")
    exceptions = agent.hours_exceptions.values_list("first_day", "last_day", "begins", "ends")
    return sorted(blocks), sorted(exceptions, key=_order)


def _as_text(week, exceptions):
    return "; ".join(
        " ".join("-" if part is None else str(part) for part in row) for row in week + exceptions
    )


def _entries_of(week, exceptions):
    entries = defaultdict(list)
    for day, begins, ends in week:
        entries[day].append(_times(begins, ends))
    for first, last, begins, ends in exceptions:
        days = {"first_day": str(first), "last_day": str(last)}
        entries[EXCEPTION].append(days | ({} if begins is None else _times(begins, ends)))
    return entries


def _times(begins, ends):
    return {"begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}


def _entries_sent(data):
    """What was sent, row by row."""
    entries = defaultdict(list)
    for name, row in [*((day.label.lower(), BlockRow) for day in Weekday), (EXCEPTION, ExceptionRow)]:
        fields = row._meta.fields
        columns = [data.getlist(f"{name}-{field}") for field in fields]
        for values in zip_longest(*columns, fillvalue=""):
            entries[_key(name)].append(dict(zip(fields, values, strict=True)))
    return entries


def _key(name):
    """Under which the entries of a weekday, or of exceptions, are kept; None for any other word."""
    return EXCEPTION if name == EXCEPTION else Weekday.__members__.get(name.upper())


def _runs_after(begins):
    """Tells of two ends which is the later one: what is not after the beginning is on the next day."""
    return lambda ends: (ends <= begins, ends)


def _order(exception):
    first, last, begins, ends = exception
    return first, last, begins is not None, begins, ends
