from django.dispatch import receiver

from notifications.models import FailedAction
from routing.models import State
from routing.signals import live_chat_changed


@receiver(live_chat_changed)
def write_failed_action(live_chat, **kwargs):
    if live_chat.state == State.FELL_BACK:
        FailedAction.write(live_chat)
