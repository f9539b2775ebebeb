"""What happens to a draft while it is written: its steps, to be undone, and who works on it."""

from django.conf import settings
from django.db import models

from routing.clock import WhenWritten


class DraftStep(models.Model):
    """What a draft said after a step. Undoing goes back to the one before; the next step drops what was undone."""

    stream = models.ForeignKey("dialogues.Stream", models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    words = models.CharField(max_length=120)
    document = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=WhenWritten())

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="a_step_has_its_number", fields=["stream", "number"])]

    def __str__(self):
        return self.words


class DraftEditor(models.Model):
    """Somebody has the draft open; the others see it until `seen_at` is long ago."""

    dialogue = models.ForeignKey("dialogues.Dialogue", models.CASCADE, related_name="editors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_default=WhenWritten())

    class Meta:
        constraints = [models.UniqueConstraint(name="an_editor_once_a_dialogue", fields=["dialogue", "user"])]

    def __str__(self):
        return f"{self.user} at {self.dialogue}"
