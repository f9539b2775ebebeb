from django.dispatch import receiver

from notifications.models import FailedAction, PasswordLink, Purpose
from routing.models import Because, State
from routing.signals import agent_invited, live_chat_changed


@receiver(live_chat_changed)
def write_failed_action(live_chat, **kwargs):
    if live_chat.state == State.FELL_BACK or live_chat.because == Because.LEFT_ALONE:
        FailedAction.write(live_chat)


@receiver(agent_invited)
def write_invitation(agent, **kwargs):
    PasswordLink.write(agent.user, Purpose.INVITATION)
