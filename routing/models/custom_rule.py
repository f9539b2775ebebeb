from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from routing import conditions
from routing.condition import Verdict
from routing.models.agent import Agent


class CustomRuleQuerySet(models.QuerySet):
    def verdicts(self, known):
        """Each rule in order of priority, with its verdict on a visitor of whom this is known."""
        return [(rule, rule.verdict(known)) for rule in self.order_by("priority", "pk")]


class CustomRule(models.Model):
    """Conditions on a visitor that lead to agents, to teams, or both. 1 is the highest priority."""

    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    priority = models.PositiveIntegerField(default=1)
    # As `routing/conditions.py` reads them.
    conditions = models.JSONField(default=dict, blank=True, editable=False)
    agents = models.ManyToManyField("routing.Agent", related_name="custom_rules", blank=True)
    teams = models.ManyToManyField("routing.Team", related_name="custom_rules", blank=True)

    objects = CustomRuleQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "pk"]

    def __str__(self):
        return self.name

    def clean(self):
        try:
            conditions.read(self.conditions)
        except ValueError as refused:
            raise ValidationError(str(refused)) from refused

    def verdict(self, known):
        """Whether the visitor is meant, and why. A rule that cannot be read leads nobody anywhere, and says so."""
        try:
            return conditions.read(self.conditions).verdict(known)
        except ValueError as refused:
            return Verdict(matches=False, because=[f"It cannot be read: {refused}"])

    @property
    def pool(self):
        """The agents it leads to: those it names, and the members of the teams it names."""
        return Agent.objects.filter(
            Q(pk__in=self.agents.values("pk")) | Q(teams__in=self.teams.values("pk"))
        ).distinct()
