"""One block, and one exception, of the form for an agent's hours."""

from datetime import timedelta

from django import forms

from routing.clock import clock
from routing.models import HoursBlock, HoursException

FURTHEST_AHEAD = timedelta(days=2 * 366)


class Row(forms.ModelForm):
    """One of many, which have no numbers of their own: empty it, and it is gone."""

    def __init__(self, name, number, entry):
        super().__init__(
            {f"{name}-{field}": value for field, value in entry.items()},
            prefix=name,
            auto_id=f"id_%s_{number}",
            empty_permitted=True,
            use_required_attribute=False,
        )
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{name.capitalize()}, row {number + 1}: {field.label}"

    def clean(self):
        # What the model says in words is enough; its constraints would say it once more, and ask the database.
        return self.cleaned_data

    def take_focus(self):
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    @property
    def is_empty(self):
        return not self.has_changed()

    @property
    def values(self):
        return tuple(self.cleaned_data[field] for field in self._meta.fields)


def _time(label):
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Enter a time such as 09:00."},
    )


def _day(label, *, required):
    return forms.DateField(
        label=label,
        required=required,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Enter a day such as 2026-12-24.", "required": "Enter the first day."},
    )


class BlockRow(Row):
    begins, ends = _time("from"), _time("to")

    class Meta:
        model = HoursBlock
        fields = ["begins", "ends"]

    def clean(self):
        given = super().clean()
        if not self.errors and None in (given["begins"], given["ends"]):
            raise forms.ValidationError("Enter both times, or neither.")
        return given


class ExceptionRow(Row):
    first_day, last_day = _day("first day", required=True), _day("last day", required=False)
    begins, ends = _time("from"), _time("to")

    class Meta:
        model = HoursException
        fields = ["first_day", "last_day", "begins", "ends"]

    def clean_last_day(self):
        last_day = self.cleaned_data["last_day"] or self.cleaned_data.get("first_day")
        if last_day and last_day > clock().date() + FURTHEST_AHEAD:
            raise forms.ValidationError("Enter days of the next two years.")
        return last_day
