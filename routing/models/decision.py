from django.db import models

from routing.models.agent import PassedOver


class Decision(models.Model):
    """Who was considered when an agent was looked for, in turn, and why each was passed over."""

    live_chat = models.ForeignKey("routing.LiveChat", models.CASCADE, related_name="decisions")
    offer = models.OneToOneField("routing.Offer", models.CASCADE, null=True, related_name="decision")
    made_at = models.DateTimeField()
    # Sentences: which options were gone through, and why each led to somebody or not.
    because = models.JSONField(default=list)
    # A list of {agent, name, step, load, limit, passed_over}; passed_over is empty for who could be asked.
    considered = models.JSONField()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"Decision {self.pk} of live chat {self.live_chat_id}"

    @property
    def in_words(self):
        """Sentences: who was asked and what became of it, and who was not asked and why."""
        return [self.offer.in_words, *self.not_asked] if self.offer else self.not_asked

    @property
    def not_asked(self):
        """A sentence for each agent who was considered here and not asked."""
        asked = self.offer.agent_id if self.offer_id else None
        return [_in_words(agent) for agent in self.considered if agent["agent"] != asked]


def _in_words(agent):
    match agent["passed_over"]:
        case "":
            return f"{agent['name']} could be asked, but it was not their turn."
        case PassedOver.FULL:
            return f"{agent['name']} was not asked: has {agent['load']} of {agent['limit']} chats."
        case reason:
            words = PassedOver(reason).label
            return f"{agent['name']} was not asked: {words[0].lower()}{words[1:]}."
