from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models


class Known(models.TextChoices):
    EITHER = "", "Everybody"
    KNOWN = "known", "Visitors whose email address is known"
    ANONYMOUS = "anonymous", "Visitors whose email address is not known"


class Returning(models.TextChoices):
    EITHER = "", "Everybody"
    FIRST = "first", "On their first visit"
    RETURNING = "returning", "Who have been here before"


class DialogueQuerySet(models.QuerySet):
    def published(self):
        """Those that visitors meet: with a published stream, and on; the one of highest priority first."""
        published = self.filter(streams__published_at__isnull=False, is_flow=False, is_on=True)
        return published.distinct().order_by("priority", "pk")


class Dialogue(models.Model):
    """Where and to whom a conversation is shown; what it says are its streams."""

    name = models.CharField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    # A conversational flow: never shown by itself, only run by other dialogues' cards.
    is_flow = models.BooleanField(default=False, editable=False)
    is_on = models.BooleanField(
        default=True, editable=False, help_text="Off: its versions stay, and no new visitor meets them."
    )
    priority = models.PositiveIntegerField(default=1, help_text="1 is the highest.")

    # Who meets it, and where; see `dialogues/audience.py`
    targets = ArrayField(models.CharField(max_length=2000), default=list, blank=True)
    exclusions = ArrayField(models.CharField(max_length=2000), default=list, blank=True)
    audience = models.JSONField(default=dict, blank=True)
    known = models.CharField(max_length=9, choices=Known, default=Known.EITHER, blank=True)
    returning = models.CharField(max_length=9, choices=Returning, default=Returning.EITHER, blank=True)
    seconds_on_page = models.PositiveIntegerField(null=True, blank=True)
    seconds_on_site = models.PositiveIntegerField(null=True, blank=True)
    scroll_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    at_most = models.PositiveSmallIntegerField(
        "shown at most",
        null=True,
        blank=True,
        help_text="How often to one visitor; empty: as often as they like.",
    )
    again_after_days = models.PositiveSmallIntegerField(null=True, blank=True)
    fallback_message = models.ForeignKey(
        "routing.FallbackMessage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dialogues",
        help_text="What visitors read when nobody comes; empty: the team's, or the one for everybody.",
    )

    objects = DialogueQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "pk"]

    def __str__(self):
        return self.name

    @property
    def live_stream(self):
        """The newest published version, or None: what the next visitor sees."""
        return self.streams.published().first()

    @property
    def draft(self):
        """The one draft, or None."""
        return self.streams.filter(published_at=None).first()
