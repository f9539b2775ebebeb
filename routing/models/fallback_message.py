from django.db import models

STANDARD = "Nobody is free right now. We will write to you at your email address."


class FallbackMessage(models.Model):
    """What the visitor reads when nobody comes. There is one row; migrating makes it."""

    body = models.TextField(max_length=4000, default=STANDARD)

    class Meta:
        constraints = [models.CheckConstraint(name="there_is_one_fallback_message", condition=models.Q(pk=1))]

    def __str__(self):
        return self.body
