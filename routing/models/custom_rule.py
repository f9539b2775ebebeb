from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Q

from routing import conditions
from routing.condition import Verdict
from routing.models.agent import Agent

RULES_LOCK = 7_210_004


class CustomRuleQuerySet(models.QuerySet):
    def in_order(self):
        return self.order_by("priority", "pk")

    def verdicts(self, known):
        """Each rule in order of priority, with its verdict on a visitor of whom this is known."""
        return [(rule, rule.verdict(known)) for rule in self.in_order()]


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

    def read(self):
        """Its conditions. Raises ValueError, in words, if they cannot be read."""
        return conditions.read(self.conditions)

    @transaction.atomic
    def place(self, at):
        """Puts it at this place in the order, 1 for the first. The others move up or down."""
        one_change_at_a_time()
        rules = [rule for rule in CustomRule.objects.in_order() if rule.pk != self.pk]
        rules.insert(max(at, 1) - 1, self)
        for place, rule in enumerate(rules, start=1):
            rule.priority = place
        CustomRule.objects.bulk_update(rules, ["priority"])

    @transaction.atomic
    def move(self, by):
        """Moves it down in the order by so many places, or up by fewer than none."""
        one_change_at_a_time()
        order = list(CustomRule.objects.in_order().values_list("pk", flat=True))
        self.place(order.index(self.pk) + 1 + by)

    def verdict(self, known):
        """Whether the visitor is meant, and why. A rule that cannot be read leads nobody anywhere, and says so."""
        try:
            return self.read().verdict(known)
        except ValueError as refused:
            return Verdict(matches=False, because=[f"It cannot be read: {refused}"])

    @property
    def pool(self):
        """The agents it leads to: those it names, and the members of the teams it names."""
        return Agent.objects.filter(
            Q(pk__in=self.agents.values("pk")) | Q(teams__in=self.teams.values("pk"))
        ).distinct()


def one_change_at_a_time():
    """Until this is committed, nobody else changes what rules there are or their order; routing goes on reading."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RULES_LOCK])
