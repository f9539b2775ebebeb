"""What a rule, as it stands in a form, would make of the last visitors. Nothing is saved."""

from typing import NamedTuple

from dialogues.models import Conversation
from routing.condition import Verdict
from routing.models import CustomRule

VISITORS = 100
NO_RULE = "No rule would match them now."
THIS_RULE = "This rule would decide for them now."
ANOTHER_RULE = "“{}” would decide for them now."


class Tried(NamedTuple):
    conversation: Conversation
    verdict: Verdict
    decides: str


class Trial:
    def __init__(self, rule, conditions, *, place, labels):
        self.rule, self.conditions, self.labels = rule, conditions, labels
        self._rules = self._in_order(place)
        newest = Conversation.objects.newest_of_each_visitor().select_related("visitor")[:VISITORS]
        self.visitors = [self._tried(conversation) for conversation in newest]
        self.matched = [tried for tried in self.visitors if tried.verdict.matches]
        self.others = [tried for tried in self.visitors if not tried.verdict.matches]

    @property
    def in_words(self):
        return self.conditions.in_words(self.labels)

    @property
    def decided(self):
        """For how many of them this rule would decide."""
        return sum(tried.decides == THIS_RULE for tried in self.visitors)

    def _tried(self, conversation):
        known = conversation.known
        return Tried(conversation, self.conditions.verdict(known, self.labels), self._decides(known))

    def _decides(self, known):
        first = next((rule for rule, conditions in self._rules if conditions.verdict(known).matches), None)
        if first is None:
            return NO_RULE
        return THIS_RULE if first is self.rule else ANOTHER_RULE.format(first)

    def _in_order(self, place):
        """All rules with their conditions, this one at its place and as it stands in the form."""
        rules = [
            (rule, conditions)
            for rule in CustomRule.objects.in_order().exclude(pk=self.rule.pk)
            if (conditions := _readable(rule))
        ]
        rules.insert(max(place, 1) - 1, (self.rule, self.conditions))
        return rules


def _readable(rule):
    try:
        return rule.read()
    except ValueError:
        return None
