"""The cards that name a row, which can be made beside them: documents, goals and conversational flows."""

from pathlib import PurePath
from urllib.parse import unquote, urlsplit

from django import forms

from dialogues.admin.card_forms.card_form import CardForm, line_field, text_field
from dialogues.admin.card_forms.choices import GONE, NOTHING
from dialogues.admin.pdf import clean_pdf
from dialogues.models import Goal, Pdf


def row_field(label, **options):
    return forms.TypedChoiceField(label=label, required=False, coerce=int, empty_value=0, **options)


def offered(rows, key):
    """What can be chosen, with what the card names already."""
    gone = [(key, GONE.format(name="This one"))] if key and key not in dict(rows) else []
    return [NOTHING, *rows, *gone]


class PdfForm(CardForm):
    pdf = row_field("Document")
    text = text_field("Say before it")
    name = line_field("Name", longest=120, help_text="What visitors read; empty: the file's name.")
    file = forms.FileField(
        label="PDF file",
        required=False,
        help_text="Up to 10 MB.",
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )
    address = forms.URLField(label="Or its address", required=False, max_length=2000, assume_scheme="https")
    spoken = ("text",)
    template_name = "admin/dialogues/cards/document.html"

    def prepare(self):
        self.fields["pdf"].choices = offered(self.choices.pdfs, self.card.pdf)

    def read(self):
        return {"pdf": self.card.pdf or "", "text": self.card.text}

    def clean_file(self):
        file = self.cleaned_data["file"]
        return clean_pdf(file) if file else None

    def clean(self):
        given = super().clean()
        file, address = given.get("file"), given.get("address")
        if file and address:
            self.add_error("address", "Either upload the file or give its address.")
        if given.get("name") and not (file or address) and not self.errors:
            self.add_error("file", "Choose the file, or give its address.")
        if (file or address) and not self.errors:
            given["name"] = self._name(given)
            self.same = Pdf.objects.filter(name__iexact=given["name"]).first()
            # A step may be taken twice; the second finds what the first has made.
            if self.same and not _is_same(self.same, file, address):
                self.add_error("name", "There is another document of this name: give this one another.")
        return given

    def write(self, card):
        file, address = self.cleaned_data["file"], self.cleaned_data["address"]
        card.text = self.cleaned_data["text"]
        card.pdf = self.cleaned_data["pdf"]
        if file or address:
            name = self.cleaned_data["name"]
            pdf = self.same or Pdf.objects.create(name=name, file=file or "", address=address)
            card.pdf = pdf.pk
        self.write_translations(card)

    @property
    def own_fields(self):
        return [self["pdf"], self["text"]]

    @property
    def new_fields(self):
        return [self["file"], self["address"], self["name"]]

    @property
    def is_making(self):
        return any(field.errors for field in self.new_fields)

    @property
    def chosen(self):
        return Pdf.objects.filter(pk=self.card.pdf).first()

    def _name(self, given):
        path = given["file"].name if given["file"] else unquote(urlsplit(given["address"]).path)
        return given["name"] or PurePath(path).stem[:120] or "Document"


class GoalForm(CardForm):
    goal = row_field("Goal")
    name = line_field("Name", longest=80)
    score = forms.IntegerField(
        label="Score",
        required=False,
        min_value=0,
        max_value=32767,
        help_text="What it adds to a conversation's score; empty: nothing.",
    )
    template_name = "admin/dialogues/cards/goal.html"

    def prepare(self):
        self.fields["goal"].choices = offered(self.choices.goals, self.card.goal)

    def read(self):
        return {"goal": self.card.goal or ""}

    def clean(self):
        given = super().clean()
        if given.get("score") is not None and not given.get("name"):
            self.add_error("name", "Give the goal a name.")
        return given

    def write(self, card):
        card.goal = self.cleaned_data["goal"]
        if name := " ".join(self.cleaned_data["name"].split()):
            goal = Goal.objects.filter(name__iexact=name).first()
            goal = goal or Goal.objects.create(name=name, score=self.cleaned_data["score"])
            card.goal = goal.pk

    @property
    def own_fields(self):
        return [self["goal"]]

    @property
    def new_fields(self):
        return [self["name"], self["score"]]

    @property
    def is_making(self):
        return any(field.errors for field in self.new_fields)


class FlowForm(CardForm):
    flow = row_field(
        "Conversational flow",
        help_text="It runs in its newest published version. One that may end in a live chat must be the last card "
        "in its branch.",
    )

    def prepare(self):
        self.fields["flow"].choices = offered(self.choices.flows, self.card.flow)

    def read(self):
        return {"flow": self.card.flow or ""}


def _is_same(pdf, file, address):
    if address or not pdf.file:
        return pdf.address == address and not file
    with pdf.file.open() as kept:
        same = kept.read() == file.read()
    file.seek(0)
    return same
