from contextlib import suppress

from dialogues.models import Conversation
from routing.models import TooLate


def end_if_idle(pk):
    Conversation.objects.get(pk=pk).end_if_idle()


def request_live_chat(pk):
    # The web process that took the answer usually asks first.
    with suppress(TooLate):
        Conversation.objects.get(pk=pk).request_live_chat()
