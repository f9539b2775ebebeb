"""What the forms of all cards share: their names, their translations, and what was sent of them."""

from copy import deepcopy

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.widgets import Script
from django.template.loader import render_to_string

from dialogues.models.message import LONGEST_MESSAGE
from routing.admin.rich_text import RichTextInput
from routing.facts import FACTS

# What every card's form may need on its page.
MEDIA = RichTextInput().media + forms.Media(
    css={"all": ["dialogues/card-forms.css"]}, js=[Script("dialogues/token-picker.js", type="module")]
)
# Before the name of a field, in what a page sent, its file stands.
FILE = "file:"


def posted(request):
    """What a page sent, files among it, as one dictionary."""
    return request.POST.dict() | {f"{FILE}{name}": file for name, file in request.FILES.items()}


def text_field(label, *, rows=2, tokens=True, longest=LONGEST_MESSAGE, **options):
    """`tokens` says whether what is known of the visitor can be put in."""
    attrs = {"rows": rows, "cols": 40, "dir": "auto"} | ({"data-tokens": ""} if tokens else {})
    widget = forms.Textarea(attrs=attrs)
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget, **options)


def line_field(label, *, longest, tokens=False, **options):
    attrs = {"dir": "auto"} | ({"data-tokens": ""} if tokens else {})
    return forms.CharField(
        label=label, required=False, max_length=longest, widget=forms.TextInput(attrs=attrs), **options
    )


class CardForm(forms.Form):
    """A card's fields, named after its id. Hidden beside each is what it said when the page was made.

    What it was bound to stays typed wherever the step was refused. `do` is the step that the pressed button names,
    such as "save:up:<id>": a card's own buttons save like all others, and say what else.
    """

    template_name = "admin/dialogues/cards/card.html"
    # Names of fields that have words for visitors.
    spoken = ()

    def __init__(self, card, choices, data=None):
        self.card, self.choices, self.do = card, choices, (data or {}).get("do", "")
        files = None if data is None else _files_in(data)
        super().__init__(data, files, prefix=card.id, label_suffix="", use_required_attribute=False)
        self.prepare()
        for language in choices.languages:
            for name in self.spoken:
                self._translate(name, language)
        self.initial = self.read() | {
            f"{language}-{name}": self.card.translations.get(language, {}).get(name, "")
            for language in choices.languages
            for name in self.spoken
        }
        for field in self.fields.values():
            field.show_hidden_initial = not isinstance(field, forms.FileField)

    def render(self, template_name=None, context=None, renderer=None):
        """The whole by a template of the project, of which a form's renderer knows nothing; its parts by Django's."""
        if template_name:
            return super().render(template_name, context, renderer)
        return render_to_string(self.template_name, self.get_context())

    __str__ = __html__ = render

    def prepare(self):
        """Gives the fields what can be chosen, and adds those that depend on the card."""

    def read(self):
        return {name: getattr(self.card, name) for name in self.base_fields}

    def write(self, card):
        for name in self.base_fields:
            setattr(card, name, self.cleaned_data[name])
        self.write_translations(card)

    def write_translations(self, card):
        for language in self.choices.languages:
            said = {name: self.cleaned_data[f"{language}-{name}"] for name in self.spoken}
            write_translation(card, language, said)

    @property
    def tokens(self):
        """What can be put into words: pairs of a name and what people read."""
        return [*self.choices.attributes, *FACTS.items()]

    @property
    def own_fields(self):
        """Those that the card itself is written in."""
        return [self[name] for name in self.base_fields]

    @property
    def translations(self):
        """Pairs of a language's name and its fields."""
        return [
            (name, [self[f"{language}-{each}"] for each in self.spoken])
            for language, name in self.choices.languages.items()
            if self.spoken
        ]

    @property
    def is_translated_wrongly(self):
        return any(field.errors for _, fields in self.translations for field in fields)

    def _translate(self, name, language):
        field = deepcopy(self.base_fields[name])
        field.required, field.help_text = False, ""
        field.widget.attrs["lang"] = language
        self.fields[f"{language}-{name}"] = field


def _files_in(data):
    files = {name: file for name, file in data.items() if isinstance(file, UploadedFile)}
    return {name.removeprefix(FILE): file for name, file in files.items()}


def write_translation(spoken, language, said):
    """Keeps what is said in a language, and leaves other languages as they are."""
    said = {name: words for name, words in said.items() if words}
    others = {code: words for code, words in spoken.translations.items() if code != language}
    spoken.translations = others | ({language: said} if said else {})


def rearranged(openings, do):
    """The responses or cases in the order that a button asks for, which names one of them."""
    _, way, key = [*do.split(":"), "", ""][:3]
    place = next((n for n, each in enumerate(openings) if each.id == key), None)
    by = {"up": -1, "down": 1}.get(way)
    if place is None or by is None or not 0 <= place + by < len(openings):
        return openings
    order = list(openings)
    order.insert(place + by, order.pop(place))
    return order
