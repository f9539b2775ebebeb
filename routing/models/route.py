from django.db import models
from django.db.models import Q

from routing.models.custom_rule import CustomRule
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

    def why_never(self):
        """Why it leads to nobody, whenever it is asked, in a sentence; empty if it may lead to somebody."""
        match self.method:
            case Method.AGENT if not self.agent.user.is_active:
                return f"{self.agent} is deactivated: choose another agent."
            case Method.AGENT if not self.agent.is_permitted:
                return f"{self.agent} has no permission Live Chat: choose another agent."
            case Method.TEAM if not self.team.members.permitted().exists():
                return f"Nobody in team {self.team} may take live chats: add somebody."
            case Method.CUSTOM_RULES if not CustomRule.objects.exists():
                return "There is no custom rule yet: make one, or choose another way."
            case _:
                return ""

    @property
    def is_by_rules(self):
        return self.method == Method.CUSTOM_RULES

    def tries(self, workspace):
        """How many agents are asked before the fallback message (Adobe Dynamic Chat, "Live chat overview")."""
        if workspace.plan == Plan.SELECT or self.method == Method.AGENT:
            return 1
        return getattr(workspace, f"{self.method}_tries")

    def is_part_of(self, plan):
        """Teams come with Prime."""
        return self.method != Method.TEAM or plan == Plan.PRIME
