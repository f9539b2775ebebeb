from django.dispatch import receiver

from dialogues.live import hub
from routing.signals import agent_changed, live_chat_changed

PANES_OF_A_LIVE_CHAT = ["offers", "list", "conversation"]


@receiver(live_chat_changed)
def show_to_everyone_asked(live_chat, **kwargs):
    """Who was asked before sees the offer go, who is asked now sees it come."""
    for agent in live_chat.offers.order_by("agent").values_list("agent", flat=True):
        for pane in PANES_OF_A_LIVE_CHAT:
            hub.announce(agent=agent, pane=pane)


@receiver(agent_changed)
def show_availability(agent, **kwargs):
    for pane in ["availability", "list"]:
        hub.announce(agent=agent.pk, pane=pane)
