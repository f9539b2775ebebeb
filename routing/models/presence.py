from django.db import models

from routing.clock import Now


class PresenceQuerySet(models.QuerySet):
    def here(self):
        return self.filter(until__gt=Now())

    def over(self):
        return self.filter(until__lte=Now())

    def end(self, pk):
        """Deletes this one if it is over, and says whether it was: a beat that comes first keeps it."""
        # In one statement: Postgres looks at the row again once nobody else holds it.
        deleted, _ = self.over().filter(pk=pk).delete()
        return bool(deleted)


class AgentPresence(models.Model):
    """An agent has a page open; good until `until` unless a beat of its socket moves that on.

    A row of its own, so that beats never wait for who routes, nor who routes for beats.
    """

    agent = models.OneToOneField("routing.Agent", models.CASCADE, primary_key=True, related_name="presence")
    until = models.DateTimeField(db_index=True)

    objects = PresenceQuerySet.as_manager()

    def __str__(self):
        return f"{self.agent} until {self.until}"
