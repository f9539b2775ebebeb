"""A live chat's life: OFFERED → ACTIVE → ENDED, or FELL_BACK. Only the verbs in this file change its state."""

from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q

from routing.clock import clock
from routing.models.agent import Agent
from routing.models.choice import Choice
from routing.models.decision import Decision
from routing.models.fallback_message import words_in
from routing.models.lock import LockingQuerySet
from routing.models.offer import Offer, Outcome
from routing.models.state import FAILED, OPEN, TALKED, WAITING, Because, State
from routing.models.workspace import Workspace
from routing.signals import live_chat_changed

# Adobe Dynamic Chat, "Live chat overview": "Accept chat" expires after a hundred seconds.
ACCEPT_WITHIN_SECONDS = 100


class TooLate(Exception):
    """Somebody or something else decided first; nothing was changed. Its text can be shown."""


class LiveChatQuerySet(LockingQuerySet):
    def active(self):
        return self.filter(state=State.ACTIVE)

    def forsaken(self):
        """Active ones whose agent may no longer answer, for which nobody else is looked for yet."""
        return (
            self.active()
            .filter(handed_back_at=None)
            .exclude(agent__in=Agent.objects.permitted().values("pk"))
        )

    def waiting(self):
        """Those for whom somebody is to be asked: they have nobody yet, or were handed back."""
        return self.filter(WAITING)

    def forgotten(self):
        """Waiting ones for whom nobody is asked. No verb leaves one behind."""
        return self.waiting().exclude(Exists(Offer.objects.open().filter(live_chat=OuterRef("pk"))))

    def still_offered(self):
        """Those that wait for nobody, and are offered to somebody all the same. No verb leaves one behind."""
        return self.exclude(WAITING).filter(pk__in=Offer.objects.open().values("live_chat"))

    def engaged(self):
        """Those that were accepted, which is what the Select plan counts."""
        return self.filter(accepted_at__isnull=False)


class LiveChat(models.Model):
    """The request for an agent and what became of it."""

    visitor_key = models.UUIDField()
    route = models.ForeignKey("routing.Route", models.PROTECT, related_name="live_chats")
    # What was known of the visitor at the request: what the routing went by.
    attributes = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State, default=State.OFFERED)
    because = models.CharField(max_length=9, choices=Because, null=True)
    agent = models.ForeignKey("routing.Agent", models.PROTECT, null=True, related_name="live_chats")
    # The visitor keeps this name and picture until the chat ends, even if the agent changes them.
    agent_name = models.CharField(max_length=80, blank=True)
    agent_picture = models.CharField(max_length=200, blank=True)
    # What the visitor reads when nobody comes: what the dialogue names, and what it came to, as text and rich text.
    fallback = models.ForeignKey("routing.FallbackMessage", models.PROTECT, null=True, related_name="+")
    fallback_message = models.TextField(blank=True)
    fallback_html = models.TextField(blank=True)
    requested_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    # Its agent is gone, and somebody else is asked to take over.
    handed_back_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LiveChatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_live_chat_a_visitor", fields=["visitor_key"], condition=Q(state__in=OPEN)
            ),
            models.CheckConstraint(
                name="who_accepts_a_live_chat_is_its_agent",
                condition=Q(agent=None, accepted_at=None) | Q(agent__isnull=False, accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_live_chat_ends_once_and_for_a_reason",
                # A check that comes to null holds, so what must be there is asked for by itself.
                condition=Q(
                    state=State.OFFERED, accepted_at=None, ended_at=None, because=None, handed_back_at=None
                )
                | Q(state=State.ACTIVE, accepted_at__isnull=False, ended_at=None, because=None)
                | Q(ended_at__isnull=False, because__isnull=False)
                & (
                    Q(state=State.ENDED, accepted_at=None, because=Because.CANCELLED)
                    | Q(state=State.ENDED, accepted_at__isnull=False, because__in=TALKED)
                    | Q(state=State.FELL_BACK, accepted_at=None, because__in=FAILED)
                ),
            ),
        ]
        indexes = [
            models.Index(
                name="active_live_chats_by_agent", fields=["agent"], condition=Q(state=State.ACTIVE)
            ),
            models.Index(
                name="engaged_live_chats", fields=["accepted_at"], condition=Q(accepted_at__isnull=False)
            ),
        ]

    def __str__(self):
        return f"Live chat {self.pk}"

    # Verbs, each one transaction

    @classmethod
    @transaction.atomic
    def request(cls, *, visitor_key, route, attributes, fallback=None):
        """Asks for an agent, and returns the live chat: offered to somebody, or fallen back.

        `fallback` is the fallback message that holds before the team's and the workspace's. Raises TooLate if the
        visitor has an open live chat already.
        """
        live_chat = cls(
            visitor_key=visitor_key,
            route=route,
            attributes=attributes,
            fallback=fallback,
            requested_at=clock(),
        )
        try:
            with transaction.atomic():
                live_chat.save()
        except IntegrityError as error:
            if "one_open_live_chat_a_visitor" not in str(error):
                raise
            raise TooLate("You are already being connected with an agent.") from error
        live_chat._offer_or_fall_back()
        live_chat.save()
        live_chat._tell()
        return live_chat

    def accept(self, agent):
        """The agent takes the chat that is offered to them, within a hundred seconds by the clock."""
        with self._locked():
            offer = self._open_offer_to(agent)
            now = clock()
            if now >= offer.expires_at or not offer.agent.is_permitted:
                raise TooLate("The time to accept this chat is over.")
            offer.close(Outcome.ACCEPTED, at=now)
            self.state, self.accepted_at, self.handed_back_at = State.ACTIVE, self.accepted_at or now, None
            self._belong_to(offer.agent)

    def decline(self, agent):
        """The agent does not take the chat: the next one is asked, if there is one."""
        with self._locked():
            self._open_offer_to(agent).close(Outcome.DECLINED, at=clock())
            self._offer_or_fall_back()

    def expire_offer(self):
        """Closes an offer nobody accepted in time, or whose agent lost the permission. Before that, or
        when it is closed already, nothing happens: whoever calls this has no opinion on the time."""
        with self._locked(quietly=True) as changed:
            offer = self.offers.select_related("agent__user").open().first()
            if offer and (clock() >= offer.expires_at or not offer.agent.is_permitted):
                offer.close(Outcome.EXPIRED, at=clock())
                offer.agent.set_away_if_missing(Workspace.objects.lock().get())
                self._offer_or_fall_back()
                changed()

    def hand_back(self):
        """Looks for another agent if the one it has may no longer answer; else nothing happens."""
        with self._locked(quietly=True) as changed:
            if self.state == State.ACTIVE and not self.handed_back_at and self._has_lost_its_agent:
                self.handed_back_at = clock()
                self._offer_or_fall_back()
                changed()

    def look_again(self):
        """Sees to it that somebody is asked while the chat waits, and nobody otherwise; as a rule all is well, and
        nothing happens."""
        with self._locked(quietly=True) as changed:
            offer = self.offers.open().first()
            if self.is_waiting and not offer:
                self._offer_or_fall_back()
                changed()
            elif offer and not self.is_waiting:
                # The chat itself is as it was, so nobody is told: the panes show it with the next beat.
                offer.close(Outcome.WITHDRAWN, at=clock())

    def cancel(self):
        """The visitor stops waiting. Nobody accepted, and nothing failed."""
        with self._locked():
            if self.state != State.OFFERED:
                raise TooLate("An agent has joined already." if self.state == State.ACTIVE else ENDED_ALREADY)
            self._end(State.ENDED, because=Because.CANCELLED)

    def end(self, *, because):
        """Ends an active chat."""
        with self._locked():
            if self.state != State.ACTIVE:
                raise TooLate(ENDED_ALREADY)
            self._end(State.ENDED, because=because)

    @property
    def is_waiting(self):
        """Whether somebody is to be asked: it has nobody yet, or was handed back."""
        return self.state == State.OFFERED or (self.state == State.ACTIVE and self.handed_back_at is not None)

    @classmethod
    def could_be_offered(cls, *, route, attributes):
        """Whether somebody could be asked now, without asking anybody."""
        live_chat, workspace = cls(route=route, attributes=attributes), Workspace.objects.get()
        return not workspace.why_not(route) and Choice(live_chat, workspace).chosen is not None

    # What they share

    @contextmanager
    def _locked(self, *, quietly=False):
        """The row, locked and read anew; saved and told about at the end, if `quietly` only on request."""
        changes = []
        with transaction.atomic():
            self.refresh_from_db(from_queryset=LiveChat.objects.lock())
            yield lambda: changes.append(True)
            if changes or not quietly:
                self.save()
                self._tell()

    def _tell(self):
        live_chat_changed.send(LiveChat, live_chat=self)

    @property
    def _has_lost_its_agent(self):
        return not Agent.objects.permitted().filter(pk=self.agent_id).exists()

    def _open_offer_to(self, agent):
        # With the agent as they are now: the caller's may date from before they lost the right.
        offer = self.offers.select_related("agent__user").open().filter(agent=agent).first()
        if offer is None:
            taken = self.state == State.ACTIVE and not self.handed_back_at and self.agent_id != agent.pk
            raise TooLate(
                f"{self.agent_name} has taken this chat."
                if taken
                else "This chat is no longer offered to you."
            )
        return offer

    def _belong_to(self, agent):
        self.agent, self.agent_name, self.agent_picture = agent, agent.name, agent.picture.name or ""

    def _offer_or_fall_back(self):
        # Whoever chooses holds the workspace, so turns and places are given out one at a time.
        workspace = Workspace.objects.lock().get()
        if not self.offers.exists() and (forbidden := workspace.why_not(self.route)):
            self._decide(because=[forbidden])
            return self._fall_back(workspace, Because.PLAN)
        choice = Choice.locked(self, workspace)
        offer = self._offer(choice) if choice.chosen else None
        self._decide(because=choice.because, considered=choice.as_record, offer=offer)
        if not offer:
            self._fall_back(workspace, self._why_nobody(choice))

    def _offer(self, choice):
        now = clock()
        Agent.objects.filter(pk=choice.chosen.pk).update(last_asked_at=now)
        return self.offers.create(
            agent=choice.chosen,
            step=choice.step,
            is_to_take_over=self.handed_back_at is not None,
            made_at=now,
            expires_at=now + timedelta(seconds=ACCEPT_WITHIN_SECONDS),
        )

    def _decide(self, *, because, considered=(), offer=None):
        made_at = offer.made_at if offer else clock()
        Decision.objects.create(
            live_chat=self, offer=offer, made_at=made_at, because=because, considered=list(considered)
        )

    def _why_nobody(self, choice):
        if self.offers.exists():
            return Because.MISSED
        return Because.NOBODY if choice.is_led_somewhere or not self.route.is_by_rules else Because.NO_RULE

    def _fall_back(self, workspace, because):
        # The plan's limit is everybody's affair: the message of the workspace holds (Adobe, "Live chat overview").
        own = [self.fallback, self.route.team and self.route.team.fallback_message]
        named = [*(own if because != Because.PLAN else []), workspace.fallback_message]
        self.fallback_message, self.fallback_html = words_in(self.attributes.get("language"), named)
        if self.state == State.ACTIVE:
            self._end(State.ENDED, because=Because.LEFT_ALONE)
        else:
            self._end(State.FELL_BACK, because=because)

    def _end(self, state, *, because):
        now = clock()
        for offer in self.offers.open():
            offer.close(Outcome.WITHDRAWN, at=now)
        self.state, self.because, self.ended_at = state, because, now


ENDED_ALREADY = "The chat has ended already."
