from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from dialogues.models import Attribute, Conversation, Message
from routing.clock import clock
from routing.trace import Trace

# What every agent looks for, known or not; an attribute of the same name gives its own label.
ALWAYS_SHOWN = {"email": "Email", "phone": "Phone", "job_title": "Job title", "company": "Company"}
PARTS_OF_THE_NAME = ["first_name", "last_name"]


class Opened:
    """One conversation as an agent reads it."""

    def __init__(self, conversation):
        self.conversation = conversation
        self.now = clock()

    @classmethod
    def visible_to(cls, agent, pk):
        conversations = Conversation.objects.visible_to(agent).with_presence()
        related = conversations.select_related(
            "visitor", "live_chat__route__agent", "live_chat__route__team", "stream__dialogue"
        )
        return cls(get_object_or_404(related, pk=pk))

    @cached_property
    def automated(self):
        """What the dialogue said and was answered, before the visitor asked for an agent."""
        return [message for message in self._messages if not self._is_live(message)]

    @cached_property
    def live(self):
        """What was said since, also while the visitor waited."""
        return [message for message in self._messages if self._is_live(message)]

    @cached_property
    def information(self):
        """What is known of the visitor, as labels and values; an empty value is not known."""
        known = self.conversation.visitor.attributes
        labels = ALWAYS_SHOWN | {each.name: each.label for each in Attribute.objects.all()}
        name = " ".join(filter(None, (str(known.get(part, "")) for part in PARTS_OF_THE_NAME)))
        rest = {label: known.get(key, "") for key, label in labels.items() if key not in PARTS_OF_THE_NAME}
        return {"Name": name} | rest

    @cached_property
    def trace(self):
        """How the live chat came to its agent."""
        return Trace(self.conversation.live_chat)

    @cached_property
    def _messages(self):
        return list(Message.objects.filter(conversation=self.conversation))

    def _is_live(self, message):
        return message.created_at >= self.conversation.live_chat.requested_at
