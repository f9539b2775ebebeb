"""What the mail about a failed action says. Names and values come from visitors: each stays on its line."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse

from dialogues.models import Attribute, Author, Visitor
from routing.facts import FACTS
from routing.models import Decision

LONGEST_NAME = 80
FIRST = ["first_name", "last_name", "email", "phone"]


def on_one_line(value):
    """The value without line breaks and signs that cannot be seen, or that turn the direction of text."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())


class Letter:
    """The mail about one live chat that fell back: who, when, why, where, and what they wrote."""

    def __init__(self, live_chat):
        self.live_chat = live_chat
        self.conversation = getattr(live_chat, "conversation", None)
        self.attributes = self._attributes()
        visitor = Visitor(key=live_chat.visitor_key, attributes=self.attributes)
        self.name = on_one_line(visitor.name)[:LONGEST_NAME]

    @property
    def subject(self):
        return f"Missed live chat with {self.name}"

    @property
    def text(self):
        return render_to_string("notifications/failed_action.txt", {"letter": self})

    @property
    def html(self):
        return render_to_string("notifications/failed_action.html", {"letter": self})

    @property
    def reply_to(self):
        """The visitor's address, if it is one: whoever answers the mail answers the visitor."""
        address = str(self.attributes.get("email", ""))
        try:
            validate_email(address)
        except ValidationError:
            return ""
        return address

    @property
    def known(self):
        """Pairs of an attribute's label and its value, the ways to reach the visitor first."""
        labels = dict(Attribute.objects.values_list("name", "label"))
        names = [name for name in FIRST if name in self.attributes]
        names += sorted(set(self.attributes) - set(names) - set(FACTS))
        return [(labels.get(name, name), on_one_line(self.attributes[name])) for name in names]

    @property
    def why(self):
        """Sentences: the cause, who was asked and what became of it, and who was not asked and why."""
        live_chat = self.live_chat
        offers = list(live_chat.offers.select_related("agent").order_by("pk"))
        asked = {offer.agent_id for offer in offers}
        # When all tries were taken nobody was considered any more.
        last = live_chat.decisions.exclude(considered=[]).last()
        passed_over = [agent for agent in last.considered if agent["agent"] not in asked] if last else []
        return [
            f"{live_chat.get_because_display()} ({live_chat.route}).",
            *(offer.in_words for offer in offers),
            *Decision(considered=passed_over).not_asked,
        ]

    @property
    def page(self):
        return on_one_line(self.conversation.page) if self.conversation else ""

    @property
    def written(self):
        """What the visitor wrote, as lists of lines: answers, and messages to the agent who never came."""
        if self.conversation is None:
            return []
        messages = self.conversation.messages.filter(author=Author.VISITOR)
        return [message.body.splitlines() for message in messages]

    @property
    def link(self):
        if self.conversation is None:
            return ""
        return settings.SITE_URL + reverse("admin:dialogues_conversation_change", args=[self.conversation.pk])

    def _attributes(self):
        """What was known at the request, and what has been learned since."""
        learned = self.conversation.visitor.attributes if self.conversation else {}
        return {name: value for name, value in (self.live_chat.attributes | learned).items() if value != ""}
