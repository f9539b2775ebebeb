"""A draft to walk through, and cards to come to stand on."""

from dialogues.document import Branch, CaptureCard, Document, MessageCard, QuestionCard, Response
from dialogues.models import Dialogue, Stream

ASK = CaptureCard(id="ask", question="And now?", attribute="email")


def stream_of(*cards, end=None):
    """A draft that nobody has saved."""
    document = Document(start=Branch(cards=list(cards), end=end))
    return Stream(dialogue=Dialogue(name="?"), document=document.dump())


def yes_or_no():
    return QuestionCard(
        id="q",
        text="Shall we?",
        responses=[Response(id="yes", text="Yes", branch=Branch(cards=[MessageCard(text="Good.")]))],
    )
