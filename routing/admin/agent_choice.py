"""Fields in which agents are chosen. Who is deactivated is not offered, and is seen where they are named already."""

from django import forms
from django.db.models import Exists, OuterRef, Q

from routing.models import Agent


class _Marked:
    def __init__(self, *, named=(), **options):
        offered = agents_to_mark().filter(Q(user__is_active=True) | Q(pk__in=named))
        super().__init__(offered.order_by("name", "pk"), **options)

    def label_from_instance(self, agent):
        return marked(agent)


class AgentField(_Marked, forms.ModelChoiceField):
    pass


class AgentsField(_Marked, forms.ModelMultipleChoiceField):
    pass


def agents_to_mark():
    is_allowed = Exists(Agent.objects.permitted().filter(pk=OuterRef("pk")))
    return Agent.objects.select_related("user").annotate(is_allowed=is_allowed)


def marked(agent):
    """The agent's name, and what keeps them from being asked at all."""
    if not agent.user.is_active:
        return f"{agent.name} (deactivated)"
    return agent.name if agent.is_allowed else f"{agent.name} (without the permission Live Chat)"
