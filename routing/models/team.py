from django.db import models


class Team(models.Model):
    """Agents who are asked in turn for the chats that are routed to them together. Prime only."""

    name = models.CharField(max_length=80, unique=True)
    members = models.ManyToManyField("routing.Agent", related_name="teams", blank=True)

    fallback_message = models.ForeignKey(
        "routing.FallbackMessage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="teams",
        help_text="What visitors read when nobody of this team comes; empty: the one for everybody.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name
