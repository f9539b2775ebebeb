"""A conversation that is tried before anybody has it: the real engine and the real words, and all of it taken back."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from dialogues.chat import Chat
from dialogues.document import CaptureCard, QuestionCard
from dialogues.models import Conversation, OutOfDate, Visitor
from routing.agents_then import AgentsThen, Hand, taken_back
from routing.clock import clock
from routing.models import State, Workspace

ACCEPTED, NOBODY = "accepted", "nobody"


@dataclass(frozen=True)
class Setting:
    """Who is played, from which card, and what they have answered so far: pairs of a card's id and what was given.

    `becomes` is what becomes of the live chat: ACCEPTED, NOBODY, or nothing yet.
    """

    at: str = ""
    attributes: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    moment: datetime | None = None
    agents: Hand = Hand.AS_THEY_ARE
    answers: tuple[tuple[str, str], ...] = ()
    becomes: str = ""


@contextmanager
def preview(stream, setting, **shown):
    """The chat as the visitor of this setting would see it. Its rows are there only inside this context."""
    agents = AgentsThen(setting.moment, others=setting.agents)
    with taken_back():
        if not agents.are_as_now:
            Workspace.objects.lock().get()
            agents.set_up(clock())
        if stream.pk is None:
            stream.write(stream.read())
        yield PreviewChat(stream, setting, **shown)


class PreviewChat(Chat):
    """`answer_to` and `hidden` are where an answer goes, and what goes with it; `jump` gives the address of a
    stream's card."""

    # They begin again by the page around it.
    can_be_followed = False
    answer_to = ""

    def __init__(self, stream, setting, *, answer_to="", hidden=(), jump=None):
        self.setting, self._jump, self._hidden = setting, jump, list(hidden)
        self.answer_to = answer_to
        self.is_out_of_date, self.answered, self.refused = False, [], ("", "")
        conversation = self._begin(stream)
        self._answer(conversation)
        if conversation.is_waiting_for_request:
            self._live_chat(conversation)
        trouble, given = self.refused
        super().__init__(conversation.visitor, trouble=trouble, given=given)
        self.conversation = conversation

    @property
    def hidden(self):
        past = [
            pair for card, given in self.answered for pair in (("past_card", card), ("past_given", given))
        ]
        return self._hidden + past

    @property
    def messages(self):
        said_by = self.conversation.said_by
        messages = list(super().messages)
        for message in messages:
            message.jump = self._jump(*said_by[message.position]) if message.position in said_by else ""
        return messages

    @cached_property
    def card(self):
        return None if self.is_stuck else super().card

    @cached_property
    def is_stuck(self):
        """Whether it asks for an answer that nobody can give: only a draft can."""
        if self.phase != "asking":
            return False
        match self.conversation.standing_card:
            case QuestionCard(responses=[]) | CaptureCard(type="picklist", choices=[]):
                return True
        return False

    @property
    def asked(self):
        """The agent who would be asked first, or None."""
        offer = self.live_chat and self.live_chat.offers.select_related("agent").order_by("pk").first()
        return offer and offer.agent

    @property
    def goals(self):
        return [reached.goal.name for reached in self.conversation.goals_reached.select_related("goal")]

    def _begin(self, stream):
        visitor = Visitor.objects.create(attributes=self.setting.attributes)
        try:
            return Conversation.start(visitor, stream, at=self.setting.at, **self.setting.facts)
        except KeyError:
            self.is_out_of_date = True
        return Conversation.start(visitor, stream, **self.setting.facts)

    def _answer(self, conversation):
        for card, given in self.setting.answers:
            try:
                conversation.answer(card, given)
            except OutOfDate:
                self.is_out_of_date = True
                return
            except ValueError as refused:
                self.refused = str(refused), given
                return
            self.answered.append((card, given))

    def _live_chat(self, conversation):
        conversation.request_live_chat()
        live_chat = conversation.live_chat
        while self.setting.becomes == NOBODY and live_chat.state == State.OFFERED:
            live_chat.decline(live_chat.offers.open().get().agent)
        if self.setting.becomes == ACCEPTED and live_chat.state == State.OFFERED:
            live_chat.accept(live_chat.offers.open().get().agent)
        conversation.refresh_from_db()
