from django import forms
from django.core.exceptions import ValidationError


class LinesField(forms.CharField):
    """A list, one a line. `read` makes each what is kept, and raises ValidationError with words about the line."""

    widget = forms.Textarea

    def __init__(self, *, read, **options):
        super().__init__(**options)
        self.read = read

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        kept, wrong = [], []
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            try:
                kept.append(self.read(line))
            except ValidationError as error:
                wrong.append(error)
        if wrong:
            raise ValidationError(wrong)
        return list(dict.fromkeys(kept))

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), "\n".join((data or "").split()))
