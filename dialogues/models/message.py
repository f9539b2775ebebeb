import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from routing.clock import WhenWritten

# In code points, as Postgres and Python count; a browser counts UTF-16 units.
LONGEST_MESSAGE = 4000


class Author(models.TextChoices):
    VISITOR = "visitor", "Visitor"
    AGENT = "agent", "Agent"
    BOT = "bot", "Bot"
    SYSTEM = "system", "System"


class Message(models.Model):
    """One numbered line of a conversation. People's messages are written by `dialogues/live/writer.py`."""

    # The two unique constraints begin with the conversation: an index of its own would only cost.
    conversation = models.ForeignKey(
        "dialogues.Conversation", models.CASCADE, related_name="messages", db_index=False
    )
    position = models.PositiveIntegerField()
    client_id = models.UUIDField(default=uuid.uuid4)
    author = models.CharField(max_length=7, choices=Author)
    # A visitor's or an agent's key, by value: a foreign key would deadlock with the verbs of a live chat.
    author_id = models.BigIntegerField(null=True)
    body = models.TextField()
    created_at = models.DateTimeField(db_default=WhenWritten())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="message_position_is_unique", fields=["conversation", "position"]),
            models.UniqueConstraint(name="message_client_id_is_unique", fields=["conversation", "client_id"]),
            models.CheckConstraint(
                name="message_length", condition=Q(body__length__lte=LONGEST_MESSAGE, position__gte=1)
            ),
        ]
        ordering = ["position"]

    def __str__(self):
        return self.body


models.TextField.register_lookup(Length)
