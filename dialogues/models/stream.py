import logging
from contextlib import contextmanager

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from dialogues.audience import why_not
from dialogues.document import Document
from dialogues.editing import ChangedMeanwhile
from dialogues.linter import Names, lint
from dialogues.models.appearance import Appearance
from dialogues.models.draft import Steps
from dialogues.tokens import fill, names_in
from dialogues.walk import Walk
from routing.clock import Now, clock
from routing.models import LiveChat, Route

logger = logging.getLogger(__name__)


class StreamQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_at__isnull=False).order_by("-number")

    def to_publish(self):
        """Drafts that are due to be published by themselves."""
        return self.filter(publish_at__lte=Now())

    def live_of(self, dialogue):
        """The newest published version of a dialogue, by its key, or None."""
        return self.published().filter(dialogue=dialogue).first()

    def to_show(self, visit=None):
        """What a visitor without a conversation meets: of the dialogues that are for this visit, the one of highest
        priority in its newest version, or None. Without a visit, whoever it may be for."""
        now = clock()
        return next(
            (each for each in self.live() if not visit or not why_not(each.dialogue, visit, now=now)), None
        )

    def live(self):
        """The newest version of each dialogue that is shown, the one of highest priority first."""
        first = ["dialogue__priority", "dialogue_id"]
        return self.shown().order_by(*first, "-number").distinct(*first).select_related("dialogue")

    def shown(self):
        """What may be answered: an open page may still show an older version, or another page's dialogue."""
        if not Appearance.objects.filter(is_chat_enabled=True).exists():
            return self.none()
        return self.published().filter(dialogue__is_flow=False, dialogue__is_on=True)


class Stream(models.Model):
    """One version of what a dialogue says. At most one is the draft; published ones never change."""

    dialogue = models.ForeignKey("dialogues.Dialogue", models.PROTECT, related_name="streams")
    number = models.PositiveIntegerField(editable=False)
    document = models.JSONField(default=dict, editable=False)
    # What the document names, so that none of it can vanish.
    routes = models.ManyToManyField("routing.Route", through="dialogues.NamedRoute", editable=False)
    attributes = models.ManyToManyField(
        "dialogues.Attribute", through="dialogues.NamedAttribute", editable=False
    )
    flows = models.ManyToManyField(
        "dialogues.Dialogue", through="dialogues.NamedFlow", related_name="used_in", editable=False
    )
    goals = models.ManyToManyField("dialogues.Goal", through="dialogues.NamedGoal", editable=False)
    pdfs = models.ManyToManyField("dialogues.Pdf", through="dialogues.NamedPdf", editable=False)
    # Of a draft: which of its steps it stands at, and when it is to be published by itself.
    step = models.PositiveIntegerField(default=0, editable=False)
    publish_at = models.DateTimeField(null=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = StreamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_draft_a_dialogue", fields=["dialogue"], condition=Q(published_at=None)
            ),
            models.UniqueConstraint(name="a_stream_s_number_is_its_own", fields=["dialogue", "number"]),
            models.CheckConstraint(
                name="only_a_draft_is_to_be_published", condition=Q(publish_at=None) | Q(published_at=None)
            ),
        ]
        indexes = [
            models.Index(
                name="streams_to_publish", fields=["publish_at"], condition=Q(publish_at__isnull=False)
            )
        ]
        ordering = ["dialogue", "-number"]
        permissions = [("publish_stream", "Can publish streams")]

    def __str__(self):
        return f"{self.dialogue}, version {self.number}"

    @classmethod
    @transaction.atomic
    def draft_of(cls, dialogue):
        """The dialogue's draft; the first time it is asked for, a copy of the live version."""
        dialogue = type(dialogue).objects.select_for_update(no_key=True).get(pk=dialogue.pk)
        if draft := dialogue.draft:
            return draft
        live = dialogue.live_stream
        draft = cls(dialogue=dialogue, number=live.number + 1 if live else 1)
        draft.write(live.read() if live else Document())
        return draft

    @classmethod
    @contextmanager
    def edit(cls, dialogue, *, revision):
        """The dialogue's draft, for as long as nobody else can change it.

        Raises ChangedMeanwhile if it is not, or no longer, what somebody saw under this revision.
        """
        with transaction.atomic():
            draft = cls.draft_of(dialogue)
            if draft.read().revision != revision:
                raise ChangedMeanwhile
            yield draft

    @property
    def is_published(self):
        return self.published_at is not None

    def read(self) -> Document:
        return Document.load(self.document)

    @transaction.atomic
    def write(self, document):
        """Saves the document, and holds on to the rows it names."""
        # Python lets a card stand where the grammar does not: what is saved has been through it.
        self.document = Document.load(document.dump()).dump()
        self.save()
        self._hold_on_to_what_is_named(document)

    def _hold_on_to_what_is_named(self, document):
        self.routes.set(document.routes)
        self.attributes.set(self.attributes.model.objects.filter(name__in=document.attributes))
        self.flows.set(document.flows)
        self.goals.set(document.goals)
        self.pdfs.set(document.pdfs)

    def poke(self, visit):
        """What stands beside the launcher unasked, for whoever has not been through the dialogue; or nothing."""
        card = self.read().poke
        if card is None or visit.ended.get(self.dialogue_id):
            return ""
        return fill(card.said("text", visit.known.get("language", "")), visit.known)

    @property
    def pokes_all_alike(self):
        card = self.read().poke
        return card is None or not (card.translations or names_in(card.text))

    def walk(self, known, *, returns=()):
        """A walk through it by a visitor of whom this is known, who stands nowhere yet."""
        return Walk(
            self,
            known=known,
            can_ask=lambda route: LiveChat.could_be_offered(
                route=Route.objects.get(pk=route), attributes=known
            ),
            flow=lambda flow: Stream.objects.live_of(flow),
            returns=returns,
        )

    def discard(self):
        """Throws the draft away. A published version stays for good."""
        Stream.objects.filter(published_at=None).get(pk=self.pk).delete()

    def findings(self):
        """What the linter has to say about it, the draft or a version, as things are now."""
        return lint(self.read(), self._names())

    def faults(self):
        """What keeps it from being published, as pairs of a card's id and a sentence."""
        return [(finding.card_id, finding.text) for finding in self.findings() if finding.stops]

    def _names(self):
        dialogue = self.dialogue
        flows = {flow.pk: flow for flow in type(dialogue).objects.filter(is_flow=True)}
        live = {key: Stream.objects.live_of(key) for key in flows}
        goes_on = {
            used.dialogue.name
            for used in Stream.objects.filter(flows=dialogue).select_related("dialogue")
            if used == used.dialogue.live_stream and used.read().goes_on_after(dialogue.pk)
        }
        return Names(
            attributes=dict(self.attributes.model.objects.values_list("name", "label")),
            routes={route.pk: route.why_never() for route in Route.objects.filter(pk__in=self.read().routes)},
            flows={key: stream.read() for key, stream in live.items() if stream},
            flow_names={key: flow.name for key, flow in flows.items()},
            goals=frozenset(self.goals.model.objects.values_list("pk", flat=True)),
            pdfs=frozenset(self.pdfs.model.objects.values_list("pk", flat=True)),
            languages=tuple(Appearance.objects.get().languages),
            key=dialogue.pk,
            is_flow=dialogue.is_flow,
            has_targets=bool(dialogue.targets),
            goes_on_in=tuple(sorted(goes_on)),
        )

    @transaction.atomic
    def restore(self, *, by=None):
        """Puts what this version says into the dialogue's draft, and returns it; what the draft said is a step back."""
        draft = Stream.draft_of(self.dialogue)
        Steps(draft).take(self.read(), words=f"Restored version {self.number}", by=by)
        return draft

    @transaction.atomic
    def schedule(self, at, *, by=None):
        """Has the draft published at that moment, or no longer if it is None. Raises ValueError if it is past, or
        while there are faults."""
        locked = Stream.objects.select_for_update(no_key=True).get(pk=self.pk)
        if at is not None and at <= clock():
            raise ValueError("Choose a moment that is still to come.")
        if at is not None and (found := locked.faults()):
            raise ValueError(found[0][1])
        if locked.is_published:
            raise ValueError("It is published already.")
        locked.publish_at, locked.scheduled_by = at, by if at else None
        locked.save(update_fields=["publish_at", "scheduled_by"])
        self.refresh_from_db()

    @transaction.atomic
    def publish_if_due(self):
        """May be called at any time, and twice. What has got faults meanwhile stays a draft, and says so."""
        locked = Stream.objects.select_for_update(no_key=True).get(pk=self.pk)
        if locked.publish_at is None or locked.publish_at > clock():
            return
        by = locked.scheduled_by
        locked.publish_at = locked.scheduled_by = None
        locked.save(update_fields=["publish_at", "scheduled_by"])
        try:
            locked.publish(by=by)
        except ValueError as error:
            logger.warning("%s could not be published when it was due: %s", locked, error)

    @transaction.atomic
    def publish(self, *, by=None):
        """Makes the draft the version that the next visitor sees. Raises ValueError while it has faults."""
        locked = Stream.objects.select_for_update(no_key=True).get(pk=self.pk)
        if found := locked.faults():
            raise ValueError(found[0][1])
        if not locked.is_published:
            # An attribute may have been made since it was written.
            locked._hold_on_to_what_is_named(locked.read())
            locked.published_at, locked.published_by = clock(), by
            locked.publish_at = locked.scheduled_by = None
            # A version cannot be undone: the next draft has steps of its own.
            locked.steps.all().delete()
            locked.save(update_fields=["published_at", "published_by", "publish_at", "scheduled_by"])
            type(locked.dialogue).objects.filter(pk=locked.dialogue_id).update(is_on=True)
        self.refresh_from_db()
