"""What happens when agents are deactivated, said before it does, and who may do it to whom."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from routing.models import Agent, Team

LIST = "admin:routing_agent_changelist"


@dataclass(frozen=True)
class Deactivation:
    """Of one agent, in the hands of this manager."""

    agent: Agent
    manager: object

    @property
    def refusal(self):
        """Why it is not for this manager to do; empty if it is."""
        if self.agent.user_id == self.manager.pk:
            return "You cannot deactivate yourself: ask another manager."
        if self.agent.user.is_superuser and not self.manager.is_superuser:
            return f"{self.agent.name} is a superuser: only superusers change that."
        return ""

    @property
    def offers(self):
        return self.agent.offers.open().count()

    @property
    def chats(self):
        return self.agent.live_chats.active().count()

    @property
    def teams(self):
        """Those they are in, with how many `others` there can still be asked."""
        active_others = Count("members", Q(members__user__is_active=True) & ~Q(members=self.agent))
        # By key: with the agent joined, they would be the only member that is counted.
        return Team.objects.filter(pk__in=self.agent.teams.values("pk")).annotate(others=active_others)

    @property
    def rules(self):
        return self.agent.custom_rules.all()

    @property
    def accounts(self):
        return self.agent.accounts.all()

    def carry_out(self):
        self.agent.deactivate()


def deactivate_view(admin, request):
    """Says what would happen, and does it to those for whom it is not refused."""
    _manages_agents(admin, request)
    chosen = [key for key in (request.POST or request.GET).getlist("agent") if key.isdecimal()]
    agents = (
        Agent.objects.filter(pk__in=chosen, user__is_active=True)
        .select_related("user")
        .order_by("name", "pk")
    )
    deactivations = [Deactivation(agent, request.user) for agent in agents]
    for refusal in filter(None, (each.refusal for each in deactivations)):
        messages.error(request, refusal)
    allowed = [each for each in deactivations if not each.refusal]
    if not deactivations:
        messages.info(request, "Choose agents who are active.")
    if not allowed:
        return redirect(LIST)
    if request.method == "POST":
        for each in allowed:
            each.carry_out()
            admin.log_change(request, each.agent, "Deactivated.")
            messages.success(request, f"{each.agent.name} is deactivated, and cannot sign in any more.")
        return redirect(LIST)
    named = {"deactivations": allowed, "title": "Deactivate", "opts": admin.opts}
    return TemplateResponse(
        request, "admin/routing/agent/deactivate.html", admin.admin_site.each_context(request) | named
    )


def activate_view(admin, request, agent):
    _manages_agents(admin, request)
    if refusal := Deactivation(agent, request.user).refusal:
        messages.error(request, refusal)
    else:
        agent.activate()
        admin.log_change(request, agent, "Activated again.")
        messages.success(request, f"{agent.name} can sign in again, and is asked when their hours say so.")
    return redirect("admin:routing_agent_change", agent.pk)


def _manages_agents(admin, request):
    if not admin.has_change_permission(request):
        raise PermissionDenied
