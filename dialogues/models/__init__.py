from dialogues.models.attribute import Attribute
from dialogues.models.conversation import Conversation, OutOfDate
from dialogues.models.dialogue import Dialogue
from dialogues.models.message import Author, Message
from dialogues.models.presence import VisitorPresence
from dialogues.models.stream import Stream
from dialogues.models.visitor import Visitor

__all__ = [
    "Attribute",
    "Author",
    "Conversation",
    "Dialogue",
    "Message",
    "OutOfDate",
    "Stream",
    "Visitor",
    "VisitorPresence",
]
