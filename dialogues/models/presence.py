from django.db import models

from routing.models.presence import PresenceQuerySet


class VisitorPresence(models.Model):
    """A visitor has the chat open; good until `until` unless a beat of its socket moves that on.

    The row goes when that has passed: who has none has left.
    """

    visitor = models.OneToOneField(
        "dialogues.Visitor", models.CASCADE, primary_key=True, related_name="presence"
    )
    until = models.DateTimeField(db_index=True)

    objects = PresenceQuerySet.as_manager()

    def __str__(self):
        return f"{self.visitor} until {self.until}"
