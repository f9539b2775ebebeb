from django.db import models


class Team(models.Model):
    """Agents who are asked in turn for the chats that are routed to them together. Prime only."""

    name = models.CharField(max_length=80, unique=True)
    members = models.ManyToManyField("routing.Agent", related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name
