import uuid

from django.core import signing
from django.db import connection, models, transaction

from dialogues.audience import Visit
from routing.clock import WhenWritten, clock

TOKEN_SALT = "parley.visitor"  # noqa: S105  names a purpose, hides nothing


def key_of_token(token):
    """The key in a visitor's token. Raises signing.BadSignature if it was not we who signed it."""
    return uuid.UUID(signing.loads(token, salt=TOKEN_SALT))


class VisitorQuerySet(models.QuerySet):
    def of_token(self, token):
        """The visitor whose token this is, who may have no row yet. Raises signing.BadSignature."""
        key = key_of_token(token)
        return self.filter(key=key).first() or Visitor(key=key)


class Visitor(models.Model):
    """A person on the site, known by a signed token; the row is made with their first answer."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=WhenWritten(), editable=False)

    objects = VisitorQuerySet.as_manager()

    def __str__(self):
        return self.name

    @property
    def name(self):
        """The first name, else a short name made from the key, such as "Visitor 4F2A"."""
        return self.attributes.get("first_name") or f"Visitor {self.key.hex[:4].upper()}"

    @property
    def token(self):
        """What proves that it is this visitor who speaks."""
        return signing.dumps(self.key.hex, salt=TOKEN_SALT)

    @property
    def is_in_conversation(self):
        """Whether they are in one that goes on wherever they are."""
        newest = self.conversations.order_by("-pk").first() if self.pk else None
        return newest is not None and newest.is_resumable

    def visit(self, facts, *, is_returning=False):
        """What it depends on which dialogue they meet. `is_returning` is what their browser remembers; the day
        begins at midnight UTC."""
        facts = {name: fact for name, fact in facts.items() if fact}
        # Their row may have been made, or changed, since this one was read.
        row = Visitor.objects.filter(key=self.key).first()
        if row is None:
            return Visit(known=facts, is_returning=is_returning)
        was_here = row.created_at.date() < clock().date()
        return Visit(known=row.attributes | facts, is_returning=is_returning or was_here, ended=row._ended())

    def _ended(self):
        past = self.conversations.exclude(ended_at=None).order_by("-ended_at")
        ended = {}
        for dialogue, at in past.values_list("stream__dialogue", "ended_at"):
            ended.setdefault(dialogue, []).append(at)
        return ended

    @transaction.atomic
    def begin(self, stream, *, after, **facts):
        """The conversation that the visitor's first answer begins.

        `after` is the key of the last one that the page knew of, or 0. If there is a newer one, a double click or
        another tab came first, and that one goes on. Raises OutOfDate if the last one has not ended.
        """
        visitor, _ = Visitor.objects.get_or_create(key=self.key)
        with connection.cursor() as cursor:
            # Not the row: who answers holds a conversation before the visitor, and two such orders would deadlock.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"begin {self.key}"])
        newest = visitor.conversations.order_by("-pk").first()
        if newest and newest.pk != after:
            return newest
        if newest:
            newest.close()
        return visitor.conversations.model.start(visitor, stream, **facts)
