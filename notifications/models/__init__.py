from notifications.models.failed_action import FailedAction, Kind
from notifications.models.mail import Mail

__all__ = ["FailedAction", "Kind", "Mail"]
