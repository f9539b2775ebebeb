from notifications.models.failed_action import FailedAction, Kind
from notifications.models.mail import Mail
from notifications.models.password_link import PasswordLink, Purpose

__all__ = ["FailedAction", "Kind", "Mail", "PasswordLink", "Purpose"]
