from django.db import models


class Decision(models.Model):
    """Who was considered when an agent was looked for, in turn, and why each was passed over."""

    live_chat = models.ForeignKey("routing.LiveChat", models.CASCADE, related_name="decisions")
    offer = models.OneToOneField("routing.Offer", models.CASCADE, null=True, related_name="decision")
    made_at = models.DateTimeField()
    # A list of {agent, name, load, limit, passed_over}; passed_over is empty for who could be asked.
    considered = models.JSONField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"Decision {self.pk} of live chat {self.live_chat_id}"
