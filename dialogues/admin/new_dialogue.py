"""A new dialogue begins with an empty draft, or with one that is ready-made."""

from django import forms

from dialogues.models import Dialogue, Stream
from dialogues.models.draft import Steps
from dialogues.ready_made import READY_MADE

BLANK = ""


class NewDialogueForm(forms.ModelForm):
    begins_with = forms.ChoiceField(
        choices=[
            (BLANK, "Blank. An empty draft."),
            *((key, f"{each.name}. {each.says}") for key, each in READY_MADE.items()),
        ],
        required=False,
        widget=forms.RadioSelect,
        label="Begin with",
    )

    class Meta:
        model = Dialogue
        fields = ["name", "description", "priority"]

    class Media:
        css = {"all": ["dialogues/new-dialogue.css"]}

    def write_draft(self, *, by):
        """The dialogue's first draft, by a step that can be undone."""
        draft = Stream.draft_of(self.instance)
        if ready_made := READY_MADE.get(self.cleaned_data["begins_with"]):
            Steps(draft).take(ready_made.write(), words=f"Began with “{ready_made.name}”", by=by)
