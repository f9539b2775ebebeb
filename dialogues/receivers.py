from django.dispatch import receiver

from dialogues.live import hub
from dialogues.models import Conversation
from dialogues.signals import message_posted
from routing.signals import live_chat_changed


@receiver(live_chat_changed)
def reflect_in_conversation(live_chat, **kwargs):
    for conversation in Conversation.objects.lock().filter(live_chat=live_chat):
        conversation.reflect(live_chat)
        hub.announce(visitor=conversation.visitor_id, pane="chat")


@receiver(message_posted)
def announce_message(message, **kwargs):
    conversation = message.conversation
    hub.announce(visitor=conversation.visitor_id, agent=conversation.live_agent_id, message=message)
