from django.db import models


class LockingQuerySet(models.QuerySet):
    def lock(self):
        """The rows in key order, locked FOR NO KEY UPDATE.

        A plain FOR UPDATE deadlocks with the foreign keys of rows that others insert meanwhile.
        Order between tables: chat, workspace, agents, conversation.
        """
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))
