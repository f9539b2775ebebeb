from django.db import models

from routing.clock import WhenWritten


class Goal(models.Model):
    """Something that dialogues lead to, such as “Downloaded the price list”; goal cards mark that it was reached."""

    name = models.CharField(max_length=80, unique=True)
    score = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="What reaching it adds to a conversation's score; empty: nothing."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class GoalReached(models.Model):
    """A conversation has come past a goal card."""

    conversation = models.ForeignKey("dialogues.Conversation", models.CASCADE, related_name="goals_reached")
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="reached")
    at = models.DateTimeField(db_default=WhenWritten())

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "goals reached"

    def __str__(self):
        return f"{self.goal} in {self.conversation}"
