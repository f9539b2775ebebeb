import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.safestring import mark_safe

from routing import rich_text
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
    # What is searched, listed, mailed and downloaded. Where there is `html` too, its plain text.
    body = models.TextField()
    html = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=WhenWritten())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="message_position_is_unique", fields=["conversation", "position"]),
            models.UniqueConstraint(name="message_client_id_is_unique", fields=["conversation", "client_id"]),
            models.CheckConstraint(
                name="message_length", condition=Q(body__length__lte=LONGEST_MESSAGE, position__gte=1)
            ),
            models.CheckConstraint(
                name="people_write_no_html", condition=Q(html="") | Q(author__in=[Author.BOT, Author.SYSTEM])
            ),
        ]
        ordering = ["position"]

    def __str__(self):
        return self.body

    @property
    def rich(self):
        """Its markup, to be shown. It is cleaned once more, so that not even a row written by hand can do harm."""
        return mark_safe(rich_text.clean(self.html)) if self.html else ""  # noqa: S308


models.TextField.register_lookup(Length)
