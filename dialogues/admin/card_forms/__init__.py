"""The fields of each card."""

from dialogues.admin.card_forms.action import ActionForm
from dialogues.admin.card_forms.card_form import MEDIA, CardForm, posted
from dialogues.admin.card_forms.choices import Choices
from dialogues.admin.card_forms.conditional import ConditionalForm
from dialogues.admin.card_forms.question import QuestionForm
from dialogues.admin.card_forms.routes import LiveChatForm, MeetingForm
from dialogues.admin.card_forms.rows import FlowForm, GoalForm, PdfForm
from dialogues.admin.card_forms.words import CaptureForm, MessageForm
from dialogues.document import (
    ActionCard,
    CaptureCard,
    ConditionalCard,
    FlowCard,
    GoalCard,
    LiveChatCard,
    MeetingCard,
    MessageCard,
    PdfCard,
    QuestionCard,
)

__all__ = ["FORMS", "MEDIA", "CardForm", "Choices", "form_for", "posted"]

FORMS = {
    MessageCard: MessageForm,
    QuestionCard: QuestionForm,
    PdfCard: PdfForm,
    CaptureCard: CaptureForm,
    MeetingCard: MeetingForm,
    GoalCard: GoalForm,
    ActionCard: ActionForm,
    ConditionalCard: ConditionalForm,
    FlowCard: FlowForm,
    LiveChatCard: LiveChatForm,
}


def form_for(card, choices, data=None):
    """The card's form. A card of which nothing was sent stays as it is."""
    is_sent = any(name.startswith(f"{card.id}-") for name in data or {})
    return FORMS[type(card)](card, choices, data if is_sent else None)
