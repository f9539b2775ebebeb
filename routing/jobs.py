from routing.models import LiveChat


def expire_offer(pk):
    LiveChat.objects.get(pk=pk).expire_offer()
