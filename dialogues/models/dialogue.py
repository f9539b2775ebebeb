from django.db import models


class DialogueQuerySet(models.QuerySet):
    def published(self):
        """Those with a published stream, the one of highest priority first."""
        return self.filter(streams__published_at__isnull=False).distinct().order_by("priority", "pk")


class Dialogue(models.Model):
    """Where and to whom a conversation is shown; what it says are its streams."""

    name = models.CharField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    priority = models.PositiveIntegerField(default=1, help_text="1 is the highest.")

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
