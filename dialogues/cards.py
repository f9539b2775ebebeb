"""The cards that others can follow. Those that end a branch are in `dialogues/document.py`."""

import secrets
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

# As long as the column that keeps where a conversation stands; empty means that it stands nowhere.
Id = Annotated[str, Meta(min_length=1, max_length=40)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8})?$")]


def new_id():
    """A name for a card or a response that no other in the document has."""
    return secrets.token_hex(4)


class Spoken(Struct, forbid_unknown_fields=True, kw_only=True):
    """Something with words that visitors read, in its own language and perhaps in others."""

    id: Id = field(default_factory=new_id)
    # By language and field, such as {"nl": {"text": "Hallo"}}.
    translations: dict[Language, dict[str, str]] = field(default_factory=dict)

    def said(self, name, language=""):
        """What this field says in the language, else in its primary one, else as it was written first."""
        language = language.lower()
        for code in (language, language.split("-")[0]):
            if words := self.translations.get(code, {}).get(name):
                return words
        return getattr(self, name)


class MessageCard(Spoken, tag_field="card", tag="message"):
    """Says something; `html` is the same as rich text, if it was written as such."""

    text: str
    html: str = ""

    def said(self, name, language=""):
        """Rich text in the language that the text is in: where only that is translated, there is none."""
        language = language.lower()
        for code in (language, language.split("-")[0]):
            if (words := self.translations.get(code, {})).get("text"):
                return words.get(name, "")
        return getattr(self, name)

    @property
    def words(self):
        return [self.text]


class CaptureCard(Spoken, tag_field="card", tag="capture"):
    """An information capture card: asks, and keeps the answer in an attribute of the visitor."""

    question: str
    attribute: str
    type: Literal["text", "email", "phone", "number", "yes_no", "date", "datetime", "picklist"] = "text"
    placeholder: str = ""
    # What a picklist offers.
    choices: list[str] = field(default_factory=list)
    # What becomes of what is known already (Adobe Dynamic Chat, "Stream designer").
    if_known: Literal["overwrite", "skip"] = "overwrite"

    @property
    def words(self):
        return [self.question]


class PdfCard(Spoken, tag_field="card", tag="document"):
    """Shows a document, a row's key."""

    pdf: int
    text: str = ""

    @property
    def words(self):
        return [self.text]


class GoalCard(Spoken, tag_field="card", tag="goal"):
    """Not seen: marks that the visitor has come to a goal, a row's key."""

    goal: int

    @property
    def words(self):
        return []


class ActionCard(Spoken, tag_field="card", tag="action"):
    """Not seen: sets attributes of the visitor; tokens in the values are filled in."""

    values: dict[str, str]

    @property
    def words(self):
        return []


class FlowCard(Spoken, tag_field="card", tag="flow"):
    """Runs a conversational flow, a dialogue's key, in the version that is live when it is reached."""

    flow: int

    @property
    def words(self):
        return []


class MeetingCard(Spoken, tag_field="card", tag="meeting"):
    """Lets the visitor book a meeting with the agents that the route, a row's key, finds."""

    route: int
    text: str = ""

    @property
    def words(self):
        return [self.text]


Card = MessageCard | CaptureCard | PdfCard | GoalCard | ActionCard | FlowCard | MeetingCard
