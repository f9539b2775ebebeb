from notifications.models import FailedAction


def send_failed_action(pk):
    FailedAction.objects.get(pk=pk).send()
