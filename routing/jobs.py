from routing.models import Agent, LiveChat


def expire_offer(pk):
    LiveChat.objects.get(pk=pk).expire_offer()


def hand_back(pk):
    LiveChat.objects.get(pk=pk).hand_back()


def settle_agent(pk):
    Agent.objects.get(pk=pk).settle()
