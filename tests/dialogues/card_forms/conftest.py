"""The form of a card, in a stream of its own."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dialogues.admin.card_forms import Choices, form_for
from dialogues.document import (
    Branch,
    ConditionalCard,
    Document,
    LiveChatCard,
    MessageCard,
    QuestionCard,
    Response,
)
from dialogues.models import Appearance
from tests.dialogues.filled_in import FilledIn


class Card:
    """A card in a stream of its own, and its form as a browser shows and sends it."""

    def __init__(self, card):
        is_end = isinstance(card, QuestionCard | ConditionalCard | LiveChatCard)
        branch = Branch(end=card) if is_end else Branch(cards=[card])
        self.document = Document.load(Document(start=branch).dump())
        self.card = self.document.card(card.id)

    @property
    def shown(self):
        return FilledIn(self.form)

    @property
    def form(self):
        return form_for(self.card, Choices(self.document))

    def save(self, do="save", **typed):
        """Types, by the name of each field, presses a button, and gives the form that took it."""
        sent = self.shown.sent | {"do": do}
        for name, value in typed.items():
            name = f"{self.card.id}-{name.replace('__', '-')}"
            if isinstance(value, SimpleUploadedFile):
                sent[f"file:{name}"] = value
            else:
                assert name in sent or name.endswith("-poke"), name
                sent[name] = value
        form = form_for(self.card, Choices(self.document), sent)
        if form.is_valid():
            form.write(self.card)
            self.document = Document.load(self.document.dump())
            self.card = self.document.card(self.card.id)
        return form


@pytest.fixture
def dutch(db):
    """Dialogues are written in English and in Dutch."""
    Appearance.objects.update(languages=["en", "nl"])


def yes_or_no(**fields):
    yes = Response(id="yes", text="Yes", branch=Branch(cards=[MessageCard(text="Good.")]))
    return QuestionCard(id="q", text="Shall we?", responses=[yes, Response(id="no", text="No")], **fields)
