from django.db import models, transaction

from dialogues.live import hub
from dialogues.live.presence import PANES
from routing.models.presence import PresenceQuerySet


class VisitorPresence(models.Model):
    """A visitor has the chat open; good until `until` unless a beat of its socket moves that on.

    When that has passed the visitor has left, and the row goes.
    """

    visitor = models.OneToOneField(
        "dialogues.Visitor", models.CASCADE, primary_key=True, related_name="presence"
    )
    until = models.DateTimeField(db_index=True)

    objects = PresenceQuerySet.as_manager()

    def __str__(self):
        return f"{self.visitor} until {self.until}"

    @transaction.atomic
    def end_if_over(self):
        """Lets the agent whom the visitor talks with know that they have left; not if they have come back."""
        if type(self).objects.end(self.pk):
            for agent in self.visitor.conversations.open().values_list("live_agent", flat=True):
                for pane in PANES:
                    hub.announce(agent=agent, pane=pane)
