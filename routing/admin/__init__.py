from routing.admin import accounts, fallback, people, records, teams, workspace  # noqa: F401  they register themselves
from routing.admin.permissions import ForManagers, ReadOnly
from routing.admin.records import TIMELINE_MEDIA, as_timeline

__all__ = ["TIMELINE_MEDIA", "ForManagers", "ReadOnly", "as_timeline"]
