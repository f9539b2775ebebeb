from dialogues.models.appearance import Appearance
from dialogues.models.attribute import Attribute
from dialogues.models.conversation import Conversation, OutOfDate
from dialogues.models.dialogue import Dialogue
from dialogues.models.draft import DraftEditor, DraftStep
from dialogues.models.goal import Goal, GoalReached
from dialogues.models.message import Author, Message
from dialogues.models.named import NamedAttribute, NamedFlow, NamedGoal, NamedPdf, NamedRoute
from dialogues.models.pdf import Pdf, PdfView
from dialogues.models.presence import VisitorPresence
from dialogues.models.site import Site
from dialogues.models.stream import Stream
from dialogues.models.visitor import Visitor

__all__ = [
    "Appearance",
    "Attribute",
    "Author",
    "Conversation",
    "Dialogue",
    "DraftEditor",
    "DraftStep",
    "Goal",
    "GoalReached",
    "Message",
    "NamedAttribute",
    "NamedFlow",
    "NamedGoal",
    "NamedPdf",
    "NamedRoute",
    "OutOfDate",
    "Pdf",
    "PdfView",
    "Site",
    "Stream",
    "Visitor",
    "VisitorPresence",
]
