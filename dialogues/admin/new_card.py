"""A card as the palette makes it. What it lacks yet is a problem on the canvas, never a reason to refuse it."""

from dialogues.document import (
    NOTHING,
    ActionCard,
    CaptureCard,
    Case,
    ConditionalCard,
    FlowCard,
    GoalCard,
    LiveChatCard,
    MeetingCard,
    MessageCard,
    PdfCard,
    QuestionCard,
    Response,
)
from dialogues.models import Attribute
from routing.models import Method, Route


def new_card(kind):
    """Raises KeyError if there is no such card."""
    match kind:
        case "message":
            return MessageCard(text="")
        case "question":
            return QuestionCard(text="", responses=[Response(text="Yes"), Response(text="No")])
        case "document":
            return PdfCard(pdf=NOTHING)
        case "capture":
            return CaptureCard(question="", attribute="")
        case "meeting":
            return MeetingCard(route=Route.objects.to(Method.ROUND_ROBIN).pk)
        case "goal":
            return GoalCard(goal=NOTHING)
        case "action":
            return ActionCard(values={})
        case "conditional":
            return ConditionalCard(cases=[Case()])
        case "flow":
            return FlowCard(flow=NOTHING)
        case "live_chat":
            return LiveChatCard(route=Route.objects.to(Method.ROUND_ROBIN).pk)
    raise KeyError(kind)


def card_that_asks(name):
    """An information capture card for an attribute. Raises KeyError if there is no such attribute."""
    attribute = Attribute.objects.filter(name=name).first()
    if attribute is None:
        raise KeyError(name)
    type_ = "email" if name == "email" else "text"
    return CaptureCard(question=f"What is your {attribute.label.lower()}?", attribute=name, type=type_)
