from datetime import timedelta
from functools import cached_property

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from dialogues.answers import clean_answer, in_words
from dialogues.document import LiveChatCard, QuestionCard
from dialogues.live import hub
from dialogues.live.presence import PANES
from dialogues.models.appearance import Appearance
from dialogues.models.message import Author, Message
from dialogues.models.pdf import Pdf
from dialogues.models.presence import VisitorPresence
from dialogues.signals import message_posted
from dialogues.walk import Kept, Reached, Said, Shown
from routing import rich_text
from routing.clock import Now, WhenWritten, clock
from routing.facts import FACTS
from routing.models import Because, LiveChat, State, TooLate
from routing.models.lock import LockingQuerySet
from routing.models.state import OPEN

# Adobe Dynamic Chat, "Live chat overview": after ten minutes without activity the chat times out.
IDLE_AFTER_SECONDS = 600
WARN_AFTER_SECONDS = 480
# After that a visitor who comes back begins afresh.
RESUME_WITHIN = timedelta(hours=24)


_ENDED = {
    Because.AGENT: "{agent} ended the chat",
    Because.VISITOR: "{visitor} ended the chat",
    Because.IDLE: "The chat ended because nobody wrote for ten minutes",
    Because.LEFT_ALONE: "{agent} had to leave, and nobody could take over",
    Because.CANCELLED: "{visitor} stopped waiting",
}
HANDED_BACK = "{agent} had to leave. We are looking for somebody else for you"


class OutOfDate(Exception):
    """The answer is to something that is no longer asked; nothing was changed."""


class ConversationQuerySet(LockingQuerySet):
    def open(self):
        return self.filter(ended_at=None)

    def active_of(self, agent):
        return self.filter(live_chat__agent=agent, live_chat__state=State.ACTIVE)

    def accepted(self):
        return self.filter(live_chat__accepted_at__isnull=False)

    def visible_to(self, agent):
        """An agent sees their own active chats and everybody's past ones (Adobe Dynamic Chat, "Agent inbox")."""
        past = Q(live_chat__accepted_at__isnull=False, live_chat__state=State.ENDED)
        return self.filter(past | Q(live_chat__agent=agent, live_chat__state=State.ACTIVE))

    def with_presence(self):
        """With `is_visitor_here`: whether the visitor has the chat open, or had it half a minute ago."""
        presence = VisitorPresence.objects.here().filter(visitor=OuterRef("visitor"))
        return self.annotate(is_visitor_here=Exists(presence))

    def newest_of_each_visitor(self):
        """One a visitor, the newest first."""
        newer = Conversation.objects.filter(visitor=OuterRef("visitor"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(newer)).order_by("-pk")

    def waiting_for_request(self):
        """Those that stand on a live chat card while nobody has asked for an agent yet."""
        return self.open().filter(route__isnull=False, live_chat=None)

    def behind(self):
        """Open ones that have not taken over what became of their live chat. No verb leaves one behind."""
        is_active = Q(live_chat__state=State.ACTIVE)
        is_over = Q(live_chat__state__in=[State.ENDED, State.FELL_BACK])
        has_nobody = Q(live_chat__agent=None) | Q(live_chat__handed_back_at__isnull=False)
        has_another = Q(live_agent=None) | ~Q(live_agent=F("live_chat__agent"))
        return self.open().filter(
            is_over
            | has_nobody & Q(live_agent__isnull=False)
            | is_active & ~has_nobody & has_another
            | is_active & Q(look_at=None)
        )

    def ended_too_early(self):
        """Those that have ended, while their live chat has not. No verb leaves one behind."""
        return self.filter(ended_at__isnull=False, live_chat__state__in=OPEN)

    def miscounted(self):
        """Those that may still be written in, whose length is not the position of their last message."""
        last = (
            Message.objects.filter(conversation=OuterRef("pk")).order_by("-position").values("position")[:1]
        )
        # Older ones would only make this dearer every day.
        is_recent = Q(started_at__gt=Now() - RESUME_WITHIN) | Q(live_chat__state__in=OPEN)
        return self.open().filter(is_recent).exclude(length=Coalesce(Subquery(last), 0))

    def to_look_at(self):
        """Active live chats whose time has come to see whether anybody still writes."""
        return self.filter(look_at__lte=Now())


class Conversation(models.Model):
    """Everything said between a visitor and us, automated and live. It keeps the stream it began with."""

    visitor = models.ForeignKey("dialogues.Visitor", models.PROTECT, related_name="conversations")
    stream = models.ForeignKey("dialogues.Stream", models.PROTECT, related_name="conversations")
    # What was known when it began: addresses, a language such as nl-BE, a country such as BE.
    page = models.CharField(max_length=2000, blank=True)
    referrer = models.CharField(max_length=2000, blank=True)
    language = models.CharField(max_length=35, blank=True)
    country = models.CharField(max_length=2, blank=True)
    started_at = models.DateTimeField(db_default=WhenWritten(), db_index=True)
    # While it is in a conversational flow: that flow's version, and where flows go back to, as pairs of a stream's
    # key and the id of the card that called the flow.
    flow = models.ForeignKey(
        "dialogues.Stream", models.PROTECT, null=True, related_name="conversations_in_flow", db_index=False
    )
    returns = models.JSONField(default=list)
    # The card that waits for the visitor, by id; empty when none does.
    card = models.CharField(max_length=40, blank=True)
    # The route of the live chat card it stands on.
    route = models.ForeignKey("routing.Route", models.PROTECT, null=True, related_name="+", db_index=False)
    live_chat = models.OneToOneField(
        "routing.LiveChat", models.PROTECT, null=True, related_name="conversation"
    )
    # Who may write beside the visitor: the agent of the active live chat.
    live_agent = models.ForeignKey(
        "routing.Agent", models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True)
    # When to look whether anybody still writes. A message does not move it: only the look does.
    look_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    # The next two change with every message: no index may contain them, or the update is no longer HOT.
    length = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(null=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_conversation_a_visitor", fields=["visitor"], condition=Q(ended_at=None)
            )
        ]
        indexes = [
            models.Index(
                name="waiting_for_request",
                fields=["id"],
                condition=Q(live_chat=None, route__isnull=False, ended_at=None),
            ),
            models.Index(name="to_look_at", fields=["look_at"], condition=Q(look_at__isnull=False)),
        ]

    def __str__(self):
        return f"Conversation {self.pk} with {self.visitor}"

    # What the visitor does

    @classmethod
    @transaction.atomic
    def start(cls, visitor, stream, *, at="", **facts):
        """A new conversation with the visitor, which has said what the stream says first, or from the card `at` on.

        `facts` are those of `routing.facts`, as far as they are known.

        Raises OutOfDate if the visitor is in one already.
        """
        try:
            with transaction.atomic():
                conversation = cls.objects.create(visitor=visitor, stream=stream, **facts)
        except IntegrityError as error:
            if "one_open_conversation_a_visitor" not in str(error):
                raise
            raise OutOfDate("You are in a conversation already.") from error
        walk = conversation._walk()
        conversation._take_over(walk.at(at) if at else walk.begin())
        return conversation

    @transaction.atomic
    def answer(self, card_id, given):
        """The visitor's answer to the card; the stream goes on from there.

        Raises OutOfDate if that card does not wait for one, ValueError if it cannot take this one.
        """
        self._lock()
        if self.ended_at or self.route_id or self.card != card_id:
            raise OutOfDate("This was answered already.")
        card, branch = self.standing_card, None
        if isinstance(card, QuestionCard):
            response = next((each for each in card.responses if each.id == given), None)
            if response is None:
                raise ValueError("Choose one of the answers.")
            text, value = response.said("text", self.language), response.value or response.text
            branch = response.branch
        else:
            blocked = Appearance.objects.get().blocked_email_domains
            value = clean_answer(card, given, language=self.language, blocked=blocked)
            text = in_words(card, value, self.language)
        self.post(text, author=Author.VISITOR, author_id=self.visitor_id)
        if card.attribute:
            self.visitor.attributes[card.attribute] = value
            self.visitor.save(update_fields=["attributes"])
        walk = self._walk()
        self._take_over(walk.into(branch) if branch else walk.on_after(card_id))

    def request_live_chat(self):
        """Asks for an agent on behalf of a visitor who stands on a live chat card.

        Raises TooLate, and changes nothing, if somebody else has asked meanwhile.
        """
        with transaction.atomic():
            live_chat = LiveChat.request(
                visitor_key=self.visitor.key,
                route=self.route,
                attributes=self.known,
                fallback=self.stream.dialogue.fallback_message,
            )
            self._lock()
            if self.live_chat_id or self.ended_at:
                raise TooLate("This chat was requested already.")
            self.live_chat = live_chat
            self.save(update_fields=["live_chat"])
            self.reflect(live_chat)
            hub.announce(visitor=self.visitor_id, pane="chat")

    @transaction.atomic
    def close(self):
        """Ends an automated conversation that nobody goes on with."""
        self._lock()
        if not self.live_chat_id and not self.ended_at:
            self._finish()

    # What follows from its live chat

    def reflect(self, live_chat):
        """Takes over what has become of the live chat, in the same transaction."""
        match live_chat.state:
            case State.ACTIVE if live_chat.handed_back_at:
                if self.live_agent_id:
                    # Who is gone may not write any more; the visitor may.
                    self.live_agent_id = None
                    self.save(update_fields=["live_agent"])
                    self.post(HANDED_BACK.format(agent=live_chat.agent_name), author=Author.SYSTEM)
            case State.ACTIVE if self.live_agent_id != live_chat.agent_id:
                self.live_agent_id = live_chat.agent_id
                self.look_at = self.look_at or live_chat.accepted_at + timedelta(seconds=WARN_AFTER_SECONDS)
                self.save(update_fields=["live_agent", "look_at"])
                self.post(f"{live_chat.agent_name} joined the chat", author=Author.SYSTEM)
            case State.FELL_BACK:
                self._post_fallback_message(live_chat)
                self._finish()
            case State.ENDED:
                words = _ENDED[live_chat.because].format(
                    agent=live_chat.agent_name, visitor=self.visitor.name
                )
                self.post(words, author=Author.SYSTEM)
                if live_chat.because == Because.LEFT_ALONE:
                    self._post_fallback_message(live_chat)
                self._finish()

    @transaction.atomic
    def catch_up(self):
        """Takes over what became of its live chat, should that have been missed; as a rule nothing was."""
        live_chat = LiveChat.objects.lock().filter(conversation=self).first()
        self._lock()
        if not Conversation.objects.behind().filter(pk=self.pk).exists():
            return
        gone = self.live_agent_id
        if live_chat is None or live_chat.state == State.OFFERED:
            self.live_agent = None
        elif live_chat.state == State.ACTIVE:
            self.look_at = self.look_at or clock()
        self.save(update_fields=["live_agent", "look_at"])
        if live_chat:
            self.reflect(live_chat)
        hub.announce(visitor=self.visitor_id, pane="chat")
        for pane in PANES:
            hub.announce(agent=gone, pane=pane)
            hub.announce(agent=self.live_agent_id, pane=pane)

    def end_if_idle(self):
        """Ends the live chat if neither side has typed a message for ten minutes; warns both at eight.

        May be called at any time, and twice: only the clock and the last message count.
        """
        with transaction.atomic():
            LiveChat.objects.lock().filter(conversation=self).first()
            self._lock()
            if not self.look_at:
                return
            since, now = max(filter(None, [self.last_message_at, self.live_chat.accepted_at])), clock()
            quiet = (now - since).total_seconds()
            if quiet >= IDLE_AFTER_SECONDS:
                self.live_chat.end(because=Because.IDLE)
            elif quiet >= WARN_AFTER_SECONDS:
                if not self.is_warned:
                    self.warned_at = now
                    hub.announce(visitor=self.visitor_id, pane="chat")
                    hub.announce(agent=self.live_agent_id, pane="conversation")
                self.look_at = since + timedelta(seconds=IDLE_AFTER_SECONDS)
                self.save(update_fields=["warned_at", "look_at"])
            else:
                self.look_at = since + timedelta(seconds=WARN_AFTER_SECONDS)
                self.save(update_fields=["look_at"])

    @property
    def is_warned(self):
        """Whether the warning that the chat ends soon stands. A typed message takes it away."""
        if self.warned_at is None or self.ended_at:
            return False
        return self.last_message_at is None or self.last_message_at < self.warned_at

    # What is said

    @transaction.atomic(savepoint=False)
    def post(self, body, *, html="", author, author_id=None):
        """Says something in the bot's or the system's name, or repeats an answer, under the row's lock.

        `html` is the same as rich text; `body` then is its plain text.
        """
        Conversation.objects.filter(pk=self.pk).update(length=F("length") + 1)
        self.refresh_from_db(fields=["length"])
        message = self.messages.create(
            position=self.length,
            author=author,
            author_id=author_id,
            body=body,
            html=rich_text.clean(html) if html else "",
        )
        message.refresh_from_db(fields=["created_at"])
        message_posted.send(type(message), message=message)
        return message

    @property
    def standing_card(self):
        """The card that it stands on."""
        return (self.flow or self.stream).read().card(self.card)

    @cached_property
    def said_by(self):
        """Which stream's card has said what, by position, as far as this object has seen it said."""
        return {}

    @property
    def known(self):
        """What rules go by: the visitor's attributes, and the facts of this conversation."""
        facts = {name: getattr(self, name) for name in FACTS}
        return self.visitor.attributes | {name: fact for name, fact in facts.items() if fact}

    @property
    def is_waiting_for_request(self):
        """Whether it stands on a live chat card while nobody has asked for an agent yet."""
        return not self.ended_at and self.route_id is not None and self.live_chat_id is None

    @property
    def is_recent(self):
        return clock() - self._last_moment() < RESUME_WITHIN

    @property
    def is_resumable(self):
        return self.ended_at is None and self.is_recent

    # Inside

    def _lock(self):
        self.refresh_from_db(from_queryset=Conversation.objects.lock())

    def _walk(self):
        """From where it stands: in its stream, or in a flow that goes back there."""
        streams = type(self.stream).objects.in_bulk([stream for stream, _ in self.returns])
        returns = [(streams[stream], card) for stream, card in self.returns]
        return (self.flow or self.stream).walk(self.known, returns=returns)

    def _take_over(self, walk):
        """Carries out what the walk came past, and stands where it stands."""
        for happening in walk.happenings:
            match happening:
                case Said():
                    self.post(happening.text, html=happening.html, author=Author.BOT)
                    self.said_by[self.length] = happening.by
                case Shown():
                    self.post(**Pdf.objects.get(pk=happening.pdf).in_message(), author=Author.BOT)
                    self.said_by[self.length] = happening.by
                case Kept():
                    self.visitor.attributes[happening.attribute] = happening.value
                    self.visitor.save(update_fields=["attributes"])
                case Reached():
                    self.goals_reached.create(goal_id=happening.goal)
        self.card = walk.card.id if walk.card else ""
        self.route_id = walk.card.route if isinstance(walk.card, LiveChatCard) else None
        self.flow = walk.stream if walk.returns else None
        self.returns = [(stream.pk, card_id) for stream, card_id in walk.returns]
        self.save(update_fields=["card", "route", "flow", "returns"])
        if not self.card:
            self._finish()

    def _post_fallback_message(self, live_chat):
        self.post(live_chat.fallback_message, html=live_chat.fallback_html, author=Author.BOT)

    def _finish(self):
        self.ended_at, self.card, self.look_at, self.live_agent = clock(), "", None, None
        self.save(update_fields=["ended_at", "card", "look_at", "live_agent"])

    def _last_moment(self):
        last = self.messages.last()
        return last.created_at if last else self.started_at
