from zoneinfo import available_timezones

from django import forms

from routing.hours_form import FormWithHours
from routing.models import Agent
from routing.picture import as_square


class ProfileForm(FormWithHours):
    """What agents say of themselves."""

    name = forms.CharField(label="Shown name", max_length=80, help_text="What visitors see.", strip=True)
    # Read by `as_square`, which also knows what is no image.
    picture = forms.FileField(
        required=False,
        help_text="PNG, JPEG, WebP or GIF, at most 5 MB. Running chats keep the picture they began with.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    time_zone = forms.ChoiceField(required=False, help_text="Available until midnight means midnight here.")

    class Meta:
        model = Agent
        fields = ["name", "picture", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Places, not the hundred abbreviations; but whatever stands there already can stay.
        places = {name for name in available_timezones() if "/" in name and not name.startswith("Etc/")}
        names = sorted(places | {self.instance.time_zone} - {""})
        self.fields["time_zone"].choices = [("", "UTC"), *((name, name) for name in names)]

    def clean_picture(self):
        upload = self.cleaned_data["picture"]
        return as_square(upload) if upload and "picture" in self.files else upload
