from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Least
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_POST

from routing.admin import new_agent
from routing.admin.permissions import ForManagers, NotDeleted
from routing.clock import Now
from routing.models import Agent, CustomRule, Team, Workspace


def time_zones():
    return [("", "UTC"), *((name, name) for name in sorted(available_timezones()))]


class AgentForm(forms.ModelForm):
    time_zone = forms.ChoiceField(choices=time_zones, required=False)
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Agent
        fields = ["user", "name", "picture", "chat_limit", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["teams"] = self.instance.teams.all()

    def _save_m2m(self):
        super()._save_m2m()
        self.instance.teams.set(self.cleaned_data["teams"])


@admin.register(Agent)
class AgentAdmin(NotDeleted, ForManagers, admin.ModelAdmin):
    form = AgentForm
    list_display = ["name", "user", "on_teams", "availability", "places", "last_asked_at", "may_receive"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username", "user__email"]
    ordering = ["name", "pk"]
    fieldsets = [
        (None, {"fields": ["user", "name", "picture", "time_zone", "chat_limit", "teams"]}),
        ("Now", {"fields": ["may_receive", "availability", "places", "last_asked_at"]}),
    ]

    def get_queryset(self, request):
        limit = Least(F("chat_limit"), Subquery(Workspace.objects.values("chats_per_agent")[:1]))
        agents = super().get_queryset(request).with_load().prefetch_related("teams")
        is_allowed = Exists(Agent.objects.permitted().filter(pk=OuterRef("pk")))
        is_reachable = Q(presence__until__gt=Now()) | Exists(Workspace.objects.filter(only_reachable=False))
        return agents.annotate(
            limit=limit,
            is_allowed=is_allowed,
            is_reachable=ExpressionWrapper(is_reachable, BooleanField()),
            now=Now(),
        )

    def get_readonly_fields(self, request, obj=None):
        return ["may_receive", "availability", "places", "last_asked_at", *(["user"] if obj else [])]

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else new_agent.FIELDSETS

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = {} if obj else {"form": new_agent.form_for(request.user)}
        return super().get_form(request, obj, change, **form | kwargs)

    def get_urls(self):
        invite = self.admin_site.admin_view(require_POST(self.invite_view))
        return [path("<int:pk>/invite/", invite, name="routing_agent_invite"), *super().get_urls()]

    def invite_view(self, request, pk):
        if not self.has_change_permission(request):
            raise PermissionDenied
        agent = get_object_or_404(Agent.objects.select_related("user"), pk=pk)
        messages.info(request, new_agent.invite(agent))
        return redirect("admin:routing_agent_change", pk)

    def response_add(self, request, obj, **kwargs):
        messages.info(request, new_agent.invite(obj))
        return super().response_add(request, obj, **kwargs)

    def save_model(self, request, obj, form, change):
        if change:
            # Only what was entered: the switch may have been touched meanwhile.
            own = {field.name for field in Agent._meta.concrete_fields}
            obj.save(update_fields=own.intersection(form.changed_data))
        else:
            obj.save()

    @admin.display(description="Live Chat", boolean=True)
    def may_receive(self, agent):
        return agent.is_allowed

    @admin.display(description="teams")
    def on_teams(self, agent):
        return ", ".join(team.name for team in agent.teams.all())

    @admin.display(description="availability", ordering="available_until")
    def availability(self, agent):
        return agent.in_words(agent.now, own=False, is_reachable=agent.is_reachable)

    @admin.display(description="chats", ordering="load")
    def places(self, agent):
        return f"{agent.load} of {agent.limit}"


@admin.register(Team)
class TeamAdmin(ForManagers, admin.ModelAdmin):
    list_display = ["name", "who"]
    search_fields = ["name"]
    filter_horizontal = ["members"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("members")

    @admin.display(description="members")
    def who(self, team):
        return ", ".join(agent.name for agent in team.members.all())


@admin.register(CustomRule)
class CustomRuleAdmin(ForManagers, admin.ModelAdmin):
    list_display = ["name", "priority", "who", "description"]
    fields = ["name", "description", "priority", "agents"]
    filter_horizontal = ["agents"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("agents")

    @admin.display(description="agents")
    def who(self, rule):
        return ", ".join(agent.name for agent in rule.agents.all())
