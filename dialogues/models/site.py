from django.db import models

from routing.clock import WhenWritten


class Site(models.Model):
    """An origin whose pages have loaded the widget."""

    origin = models.CharField(max_length=255, unique=True)
    first_heard_at = models.DateTimeField(db_default=WhenWritten())
    heard_at = models.DateTimeField(db_default=WhenWritten())

    class Meta:
        ordering = ["origin"]

    def __str__(self):
        return self.origin
