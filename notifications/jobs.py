from notifications.models import FailedAction, PasswordLink


def send_failed_action(pk):
    FailedAction.objects.get(pk=pk).send()


def send_password_link(pk):
    PasswordLink.objects.get(pk=pk).send()
