"""What the widget shows a visitor: one object that the page's partials are rendered from."""

from functools import cached_property

from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse

from dialogues.answers import choices_of, yes_and_no
from dialogues.document import CaptureCard, QuestionCard
from dialogues.models import Appearance, Author, Conversation, Message, Pdf, Stream
from dialogues.tokens import fill
from dialogues.walk import Said, Shown
from routing.clock import clock
from routing.models import State, Workspace
from routing.models.live_chat import ACCEPT_WITHIN_SECONDS

KINDS = {
    "email": {"type": "email", "inputmode": "email", "autocomplete": "email"},
    "phone": {"type": "tel", "inputmode": "tel", "autocomplete": "tel"},
    "text": {"type": "text", "inputmode": "text", "autocomplete": "on"},
    # A browser's own field for numbers takes what one writes for a mistake, or for another number.
    "number": {"type": "text", "inputmode": "decimal", "autocomplete": "off"},
    "date": {"type": "date", "autocomplete": "off"},
    "datetime": {"type": "datetime-local", "autocomplete": "off"},
}
KNOWN = {"first_name": "given-name", "last_name": "family-name", "name": "name", "company": "organization"}
# More than that would fill the frame.
MOST_BUTTONS = 6


class Chat:
    """A visitor's conversation, or what the newest stream opens with.

    `visit` is who asks, and where. `is_fresh` asks for the opening although the last conversation, which has ended,
    could be shown. `trouble` is what was wrong with what the visitor has just `given`.
    """

    def __init__(self, visitor, *, visit=None, is_fresh=False, trouble="", given=""):
        # Read first: should anything change meanwhile, the page holds the older one, and asks again.
        self.revision = _revision(visitor)
        self.workspace, self.look = Workspace.objects.get(), Appearance.objects.get()
        self.trouble, self.given = trouble, given
        self.visit = visit or visitor.visit({})
        self.newest = (
            Conversation.objects.filter(visitor__key=visitor.key)
            .select_related("stream", "route", "live_chat", "visitor")
            .order_by("-pk")
            .first()
        )
        is_shown = self.newest and self.newest.is_recent and not (is_fresh and self.newest.ended_at)
        self.conversation = self.newest if is_shown else None
        self.known = self.conversation.known if self.conversation else self.visit.known
        self.stream = self.conversation.stream if self.conversation else Stream.objects.to_show(self.visit)

    @property
    def live_chat(self):
        return self.conversation and self.conversation.live_chat

    @cached_property
    def phase(self):
        if self.conversation is None:
            return "asking" if self.stream else "closed"
        if self.conversation.ended_at:
            return "ended"
        if self.conversation.route_id is None:
            return "asking"
        return "active" if self.live_chat and self.live_chat.state == State.ACTIVE else "waiting"

    @property
    def is_open(self):
        return self.phase in ("waiting", "active")

    @property
    def has_fallen_back(self):
        return bool(self.live_chat) and self.live_chat.state == State.FELL_BACK

    @property
    def can_be_ended(self):
        return self.conversation is not None and not self.conversation.ended_at

    @property
    def can_be_followed(self):
        """Whether there is something to begin anew with."""
        return Stream.objects.to_show(self.visit) is not None

    @property
    def agent_name(self):
        return self.live_chat.agent_name if self.live_chat else ""

    @property
    def bot_name(self):
        return self.look.bot_name or self.workspace.name

    @property
    def picture(self):
        """The address of the agent's picture as it was when they joined; before that, of the bot's."""
        picture = self.live_chat.agent_picture if self.agent_name else self.look.bot_picture.name
        return default_storage.url(picture) if picture else ""

    @property
    def face(self):
        """What stands for a picture where there is none."""
        words = (self.agent_name or self.bot_name).split()
        return "".join(word[0] for word in words[:2]).upper()

    @property
    def messages(self):
        if self.conversation:
            return self.conversation.messages.all()
        if self.stream is None:
            return []
        said = filter(None, map(_as_message, self._opening.happenings))
        return [Message(author=Author.BOT, client_id="", **each) for each in said]

    @cached_property
    def card(self):
        """The question or information capture card that waits for the visitor, or None."""
        if self.phase != "asking":
            return None
        if self.conversation is None:
            return self._opening.card
        return self.conversation.standing_card

    @property
    def language(self):
        return self.conversation.language if self.conversation else self.known.get("language", "")

    @property
    def spoken(self):
        """The language in which the bot speaks here; empty if the visitor's own is not known."""
        return self.look.spoken(self.language) if self.language else ""

    @property
    def answer_to(self):
        """Where an answer is sent."""
        return reverse("dialogues:answer")

    @property
    def hidden(self):
        """What is sent with an answer, as pairs of a name and a value."""
        if self.conversation:
            return [("conversation", self.conversation.pk)]
        return [("stream", self.stream.pk), ("after", self.newest.pk if self.newest else 0)]

    @property
    def question(self):
        """What the card asks, as it was said."""
        name = "text" if isinstance(self.card, QuestionCard) else "question"
        return fill(self.card.said(name, self.language), self.known)

    @property
    def placeholder(self):
        return self.card.said("placeholder", self.language)

    @cached_property
    def offered(self):
        """The answers to choose from, as pairs of what is sent and what is read; of any other card, none."""
        match self.card:
            case QuestionCard():
                return [(each.id, each.said("text", self.language)) for each in self.card.responses]
            case CaptureCard(type="yes_no"):
                return list(zip(("yes", "no"), yes_and_no(self.language), strict=True))
            case CaptureCard(type="picklist"):
                return choices_of(self.card, self.language)
        return []

    @property
    def is_long(self):
        """Whether there are more answers than fit as buttons; those to a question always are buttons."""
        return isinstance(self.card, CaptureCard) and len(self.offered) > MOST_BUTTONS

    @property
    def field(self):
        """What tells a browser and its keyboard which kind of answer the card takes."""
        kind = KINDS[self.card.type]
        return kind | {"autocomplete": KNOWN.get(self.card.attribute, kind["autocomplete"])}

    @property
    def seconds_left(self):
        """How long it may take at most until somebody comes, or another way is offered."""
        tries, asked, this_one = self.conversation.route.tries(self.workspace), 0, 0
        if self.live_chat:
            asked = self.live_chat.offers.count()
            offer = self.live_chat.offers.open().first()
            this_one = (offer.expires_at - clock()).total_seconds() if offer else 0
        return max(0, round(this_one)) + max(0, tries - asked) * ACCEPT_WITHIN_SECONDS

    @cached_property
    def _opening(self):
        """What a conversation would begin with; it begins with the first answer."""
        return self.stream.walk(self.known).begin()


def _as_message(happening):
    match happening:
        case Said():
            return {"body": happening.text, "html": happening.html}
        case Shown():
            return Pdf.objects.get(pk=happening.pdf).in_message()


def _revision(visitor):
    """As the socket's beats give it: it changes whenever this would show something else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT visitor_revision(id) FROM dialogues_visitor WHERE key = %s", [visitor.key])
        row = cursor.fetchone()
    return (row and row[0]) or ""
