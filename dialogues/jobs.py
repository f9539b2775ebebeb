from contextlib import suppress

from dialogues.live import hub
from dialogues.models import Conversation, Stream, VisitorPresence
from routing.models import AgentPresence, TooLate


def end_if_idle(pk):
    Conversation.objects.get(pk=pk).end_if_idle()


def request_live_chat(pk):
    # The web process that took the answer usually asks first.
    with suppress(TooLate):
        Conversation.objects.get(pk=pk).request_live_chat()


def publish_stream(pk):
    Stream.objects.get(pk=pk).publish_if_due()


def end_visitor_presence(pk):
    VisitorPresence(pk=pk).end_if_over()


def end_agent_presence(pk):
    if AgentPresence.objects.end(pk):
        hub.announce(agent=pk, pane="availability")
