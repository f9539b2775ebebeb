from django.db import models
from django.db.models import Q

from routing.models.agent import Agent
from routing.models.workspace import Plan


class Method(models.TextChoices):
    ROUND_ROBIN = "round_robin", "Round robin"
    AGENT = "agent", "Agent"
    TEAM = "team", "Team"
    CUSTOM_RULES = "custom_rules", "Custom rules"


class RouteQuerySet(models.QuerySet):
    def to(self, method, *, agent=None, team=None):
        """The one route of this description, made when it is first named."""
        return self.get_or_create(method=method, agent=agent, team=team)[0]


class Route(models.Model):
    """A routing option: how an agent is found. Never changed, so what named it stays explained."""

    method = models.CharField(max_length=12, choices=Method)
    agent = models.ForeignKey("routing.Agent", models.PROTECT, null=True, blank=True, related_name="routes")
    team = models.ForeignKey("routing.Team", models.PROTECT, null=True, blank=True, related_name="routes")

    objects = RouteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_route_of_a_description", fields=["method", "agent", "team"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="a_route_names_whom_its_method_needs",
                condition=Q(method=Method.AGENT, agent__isnull=False, team=None)
                | Q(method=Method.TEAM, team__isnull=False, agent=None)
                | Q(method__in=[Method.ROUND_ROBIN, Method.CUSTOM_RULES], agent=None, team=None),
            ),
        ]

    def __str__(self):
        match self.method:
            case Method.AGENT:
                return f"agent “{self.agent}”"
            case Method.TEAM:
                return f"round robin in team “{self.team}”"
            case _:
                return self.get_method_display().lower()

    def pool(self, attributes):
        """The agents this option names for a visitor with these attributes."""
        match self.method:
            case Method.ROUND_ROBIN:
                return Agent.objects.permitted()
            case Method.AGENT:
                return Agent.objects.filter(pk=self.agent_id)
            case Method.TEAM:
                return Agent.objects.filter(teams=self.team_id)
            case Method.CUSTOM_RULES:
                rule = CustomRule.objects.first_match(attributes)
                return rule.agents.all() if rule else Agent.objects.none()

    @property
    def is_by_rules(self):
        return self.method == Method.CUSTOM_RULES

    def tries(self, plan):
        """How many agents are asked before the fallback message (Adobe Dynamic Chat, "Live chat overview")."""
        return 2 if self.method == Method.TEAM and plan == Plan.PRIME else 1

    def is_part_of(self, plan):
        """Teams come with Prime."""
        return self.method != Method.TEAM or plan == Plan.PRIME


class CustomRuleQuerySet(models.QuerySet):
    def first_match(self, attributes):
        """The first rule, in order of priority, whose conditions all hold, or None."""
        return next((rule for rule in self.order_by("priority", "pk") if rule.matches(attributes)), None)


class CustomRule(models.Model):
    """Attributes that lead to agents. 1 is the highest priority."""

    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    priority = models.PositiveIntegerField(default=1)
    # Pairs of an attribute's name and its wanted value.
    conditions = models.JSONField(default=list, blank=True, editable=False)
    agents = models.ManyToManyField("routing.Agent", related_name="custom_rules", blank=True)

    objects = CustomRuleQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "pk"]

    def __str__(self):
        return self.name

    def matches(self, attributes):
        """Whether the visitor meets every condition. A rule without conditions leads nobody anywhere."""
        return bool(self.conditions) and all(attributes.get(name) == value for name, value in self.conditions)
