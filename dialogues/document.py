"""What a stream says, as a typed document whose grammar cannot hold a card below a live chat card.

A branch is cards in order and at most one end. A live chat card is an end, so nothing can follow it (Adobe
Dynamic Chat, "Live chat overview": the card is always last in its branch); a question is one too, and its
responses open branches.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

LIVE_CHAT_CARD_IS_LAST = "The live chat card must be the last card in its branch."
# As long as the column that keeps where a conversation stands; empty means that it stands nowhere.
Id = Annotated[str, Meta(min_length=1, max_length=40)]


def new_id():
    """A name for a card or a response that no other in the document has."""
    return secrets.token_hex(4)


class MessageCard(Struct, tag_field="card", tag="message", forbid_unknown_fields=True):
    text: str
    id: Id = field(default_factory=new_id)

    @property
    def words(self):
        return [self.text]


class CaptureCard(Struct, tag_field="card", tag="capture", forbid_unknown_fields=True):
    """An information capture card: asks, and keeps the answer in an attribute of the visitor."""

    question: str
    attribute: str
    type: Literal["text", "email", "phone"] = "text"
    placeholder: str = ""
    id: Id = field(default_factory=new_id)

    @property
    def words(self):
        return [self.question]


class Response(Struct, forbid_unknown_fields=True):
    """A way to answer a question, and the branch it opens. What is stored is `value`, else the text."""

    text: str
    branch: "Branch" = field(default_factory=lambda: Branch())
    value: str = ""
    id: Id = field(default_factory=new_id)


class QuestionCard(Struct, tag_field="card", tag="question", forbid_unknown_fields=True):
    text: str
    responses: list[Response] = field(default_factory=list)
    attribute: str = ""
    id: Id = field(default_factory=new_id)

    @property
    def words(self):
        return [self.text, *(response.text for response in self.responses)]


class LiveChatCard(Struct, tag_field="card", tag="live_chat", forbid_unknown_fields=True):
    """Hands the visitor over to the agents that the route, a row's key, finds."""

    route: int
    connecting: str = ""
    id: Id = field(default_factory=new_id)

    @property
    def words(self):
        return [self.connecting]


Card = MessageCard | CaptureCard
End = QuestionCard | LiveChatCard
AnyCard = Card | End


class Branch(Struct, forbid_unknown_fields=True):
    cards: list[Card] = field(default_factory=list)
    end: End | None = None

    def from_card(self, index) -> list[AnyCard]:
        """The cards from `index` on, with the end as the last."""
        return [*self.cards, *filter(None, [self.end])][index:]


class Document(Struct, forbid_unknown_fields=True):
    start: Branch = field(default_factory=Branch)

    def __post_init__(self):
        ids = [card.id for card in self.cards()] + [opener for opener, _ in self.branches()]
        if len(set(ids)) < len(ids):
            raise ValueError("Two cards or responses have the same id.")

    @classmethod
    def load(cls, data):
        """The document in plain `data`. Raises msgspec.ValidationError where the grammar is broken."""
        return msgspec.convert(data, cls)

    def dump(self):
        return msgspec.to_builtins(self)

    @property
    def revision(self):
        """A name for what it says now: who changes it says what they have seen."""
        text = json.dumps(self.dump(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def branches(self) -> Iterator[tuple[str, Branch]]:
        """Every branch, with the id of the response that opens it, which is empty for the first."""
        pending = [("", self.start)]
        while pending:
            opener, branch = pending.pop(0)
            yield opener, branch
            if isinstance(branch.end, QuestionCard):
                pending.extend((response.id, response.branch) for response in branch.end.responses)

    def branch(self, opener) -> Branch:
        """The branch that the response of this id opens. Raises KeyError."""
        return dict(self.branches())[opener]

    def cards(self) -> Iterator[AnyCard]:
        for _, branch in self.branches():
            yield from branch.from_card(0)

    def find(self, card_id) -> tuple[Branch, int]:
        """The branch a card is in, and its place there. Raises KeyError."""
        for _, branch in self.branches():
            for index, card in enumerate(branch.from_card(0)):
                if card.id == card_id:
                    return branch, index
        raise KeyError(card_id)

    def card(self, card_id) -> AnyCard:
        branch, index = self.find(card_id)
        return branch.from_card(index)[0]
