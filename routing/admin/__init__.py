from routing.admin import accounts, people, records, workspace  # noqa: F401  they register themselves
from routing.admin.permissions import ForManagers, ReadOnly

__all__ = ["ForManagers", "ReadOnly"]
