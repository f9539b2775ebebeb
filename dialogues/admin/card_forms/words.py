"""The cards that say and ask something."""

from django import forms
from django.utils.html import linebreaks

from dialogues.admin.card_forms.card_form import CardForm, line_field, text_field, write_translation
from dialogues.admin.card_forms.choices import NOTHING
from dialogues.answers import LONGEST_ANSWER
from routing.admin.rich_text import RichTextField, RichTextInput
from routing.rich_text import as_text

CAPTURE_TYPES = [
    ("text", "Text"),
    ("email", "Email address"),
    ("phone", "Phone number"),
    ("number", "Number"),
    ("yes_no", "Yes or no"),
    ("date", "Date"),
    ("datetime", "Date and time"),
    ("picklist", "Picklist"),
]
IF_KNOWN = [("overwrite", "Ask again, and keep the new answer"), ("skip", "Skip the question")]
MOST_CHOICES = 100


class MessageForm(CardForm):
    html = RichTextField(
        label="Text", required=False, widget=RichTextInput(attrs={"rows": 4, "data-tokens": ""})
    )
    spoken = ("html",)

    def read(self):
        return {"html": self.card.html or linebreaks(self.card.text, autoescape=True)}

    def write(self, card):
        # A card without rich text has none until somebody writes some.
        if "html" in self.changed_data:
            card.html = self.cleaned_data["html"]
            card.text = as_text(card.html)
        for language in self.choices.languages:
            html = self.cleaned_data[f"{language}-html"]
            if f"{language}-html" in self.changed_data:
                write_translation(card, language, {"text": as_text(html), "html": html})


class CaptureForm(CardForm):
    question = text_field("Question")
    type = forms.ChoiceField(label="Kind of answer", choices=CAPTURE_TYPES)
    attribute = forms.ChoiceField(label="Keep the answer as", required=False)
    if_known = forms.ChoiceField(label="If it is known already", choices=IF_KNOWN)
    choices = text_field("Choices, one a line", rows=4, tokens=False)
    placeholder = line_field("Placeholder", longest=80)
    spoken = ("question", "choices", "placeholder")

    def prepare(self):
        self.fields["attribute"].choices = [
            NOTHING,
            *self.choices.attributes_and(*filter(None, [self.card.attribute])),
        ]

    def read(self):
        return super().read() | {"choices": "\n".join(self.card.choices)}

    def clean_choices(self):
        texts = [" ".join(line.split()) for line in self.cleaned_data["choices"].splitlines()]
        texts = [text for text in texts if text]
        if len(set(texts)) < len(texts):
            raise forms.ValidationError("Two choices say the same.")
        if len(texts) > MOST_CHOICES:
            raise forms.ValidationError(f"A picklist has at most {MOST_CHOICES} choices.")
        if any(len(text) > LONGEST_ANSWER for text in texts):
            raise forms.ValidationError(f"A choice has at most {LONGEST_ANSWER} characters.")
        return texts
