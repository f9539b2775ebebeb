import re
from collections import Counter

from django.db import models

from routing.models.agent import PassedOver
from routing.models.offer import Step

# As the choice says it. A name ends at the quotation mark: what follows may come from a visitor.
LED_BY_RULE = re.compile(r"Rule “([^”]*)” matched\. ")

COUNTED = {
    "": "could be asked later",
    PassedOver.NO_PERMISSION: "without the permission",
    PassedOver.ALREADY_ASKED: "already asked",
    PassedOver.AWAY: "away",
    PassedOver.OUT_OF_HOURS: "outside their hours",
    PassedOver.UNREACHABLE: "without an open page or alerts",
    PassedOver.FULL: "full",
}


class Decision(models.Model):
    """Who was considered when an agent was looked for, in turn, and why each was passed over.

    Of those who would have come after the one who was asked, the next twenty are kept; of the others `because` says
    how many there were, and why. With a thousand agents the record would be a hundred times longer.
    """

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
        return [in_words(agent) for agent in self.considered if agent["agent"] != asked]

    @property
    def led_by(self):
        """What led to the agent who was asked, to be read after "routed to you"."""
        route = self.offer.live_chat.route
        match self.offer.step:
            case Step.ACCOUNT:
                return f"by account routing: {self.because[-1].removesuffix('.')}"
            case Step.OVERFLOW:
                return "by round robin over all agents"
        if route.is_by_rules:
            rule = next(filter(None, map(LED_BY_RULE.match, self.because)), None)
            return f"by rule “{rule[1]}”" if rule else "by custom rules"
        return "because the live chat card names this agent" if route.agent_id else f"by {route}"


def in_words(agent):
    """Why somebody who was considered was not asked."""
    match agent["passed_over"]:
        case "":
            load = f"{agent['load']} of {agent['limit']} chats"
            return f"{agent['name']} could be asked, with {load}, but it was not their turn."
        case PassedOver.FULL:
            return f"{agent['name']} was not asked: has {agent['load']} of {agent['limit']} chats."
        case reason:
            return f"{agent['name']} was not asked: {PassedOver(reason).in_words}."


def counted(reasons):
    """How many there are of each reason, the most frequent first."""
    return ", ".join(f"{count} {COUNTED[reason]}" for reason, count in Counter(reasons).most_common())
