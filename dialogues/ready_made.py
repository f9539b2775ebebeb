"""Dialogues to begin with. Each asks first, knows whom it talks to before anybody is asked to help, and says goodbye
on each way."""

from collections.abc import Callable
from dataclasses import dataclass

from dialogues.cards import CaptureCard, MeetingCard, MessageCard
from dialogues.document import Branch, Document, LiveChatCard, QuestionCard, Response
from routing.models import Method, Route

ONE_MOMENT = "One moment, we are looking for somebody who can help."


@dataclass(frozen=True)
class ReadyMade:
    """`write` gives the document; each time its cards have names of their own."""

    name: str
    says: str
    write: Callable[[], Document]


def _talk_to_sales():
    later = _branch(MessageCard(text="All right. You find us here whenever you like."))
    return _asking(
        "Hello! Would you like to talk to somebody from sales?",
        (
            "Yes, please",
            _live_chat("Great. Two short questions first.", connecting=ONE_MOMENT),
        ),
        ("What do you offer?", _offer(later)),
        ("Just looking", _branch(MessageCard(text="Take your time. You find us here whenever you like."))),
    )


def _offer(later):
    talk = _live_chat(connecting=ONE_MOMENT)
    return Branch(
        cards=[MessageCard(text="Write here, in a sentence or two, what you offer.")],
        end=_question("Shall we talk about what you need?", ("Yes, let us talk", talk), ("Not now", later)),
    )


def _book_a_meeting():
    book = _branch(
        *_who("Gladly. Two short questions first."),
        MeetingCard(route=_anybody(), text="Choose a time that suits you."),
        MessageCard(text="Thank you! We have it in our calendar, and see you then."),
    )
    return _asking(
        "Would you like to see it with one of us, in half an hour?",
        ("Yes, book a meeting", book),
        ("Not now", _branch(MessageCard(text="All right. You find us here whenever you like."))),
    )


def _capture_a_lead():
    send = _branch(
        *_who("With pleasure. Where may we send it?"),
        MessageCard(text="Thank you! It is on its way to {{email|you}}."),
    )
    return _asking(
        "Shall we send you our guide?",
        ("Yes, send it", send),
        ("No, thank you", _branch(MessageCard(text="All right. Enjoy your visit!"))),
    )


def _support_triage():
    order = Branch(
        cards=[MessageCard(text="Write here where customers see how far their order is.")],
        end=_question(
            "Does that help?",
            (
                "Yes, thank you",
                _branch(MessageCard(text="Good! You find us here if there is anything else.")),
            ),
            (
                "I need somebody",
                _live_chat(connecting=ONE_MOMENT),
            ),
        ),
    )
    broken = _live_chat(
        "Sorry to hear that. Two short questions, then somebody helps you.",
        connecting=ONE_MOMENT,
    )
    other = _live_chat(connecting=ONE_MOMENT)
    return _asking(
        "Hello! What can we help you with?",
        ("Where is my order?", order),
        ("Something does not work", broken),
        ("Something else", other),
        ("Nothing, thank you", _branch(MessageCard(text="Good! You find us here if there is anything."))),
    )


# What they are made of


def _asking(text, *ways):
    return Document(start=Branch(end=_question(text, *ways)))


def _question(text, *ways):
    return QuestionCard(text=text, responses=[Response(text=says, branch=branch) for says, branch in ways])


def _branch(*cards, end=None):
    return Branch(cards=list(cards), end=end)


def _who(text=""):
    return [
        *([MessageCard(text=text)] if text else []),
        CaptureCard(question="What is your first name?", attribute="first_name", if_known="skip"),
        CaptureCard(question="And your email address?", attribute="email", type="email", if_known="skip"),
    ]


def _live_chat(text="", *, connecting):
    return _branch(*_who(text), end=LiveChatCard(route=_anybody(), connecting=connecting))


def _anybody():
    return Route.objects.to(Method.ROUND_ROBIN).pk


READY_MADE = {
    "sales": ReadyMade(
        "Talk to sales",
        "Asks whether they would like to talk, and hands them over to an agent.",
        _talk_to_sales,
    ),
    "meeting": ReadyMade(
        "Book a meeting",
        "Asks who they are, and lets them choose a time. Meetings cannot be booked yet: until then it stays a draft.",
        _book_a_meeting,
    ),
    "lead": ReadyMade(
        "Capture a lead", "Asks for name and email in return for something good.", _capture_a_lead
    ),
    "support": ReadyMade(
        "Support triage",
        "Sorts questions, answers the usual ones, and hands over the others.",
        _support_triage,
    ),
}
