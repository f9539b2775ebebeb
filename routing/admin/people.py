import re
from urllib.parse import urlencode
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Least
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from routing.admin import deactivating, new_agent
from routing.admin.permissions import ForManagers, NotDeleted
from routing.clock import Now
from routing.hours_form import FormWithHours
from routing.models import Agent, Team, Workspace
from routing.picture import as_square

TOLD_BY_THE_CLOCK = re.compile(r"\d|midnight")


def time_zones():
    return [("", "UTC"), *((name, name) for name in sorted(available_timezones()))]


class AgentForm(FormWithHours):
    time_zone = forms.ChoiceField(choices=time_zones, required=False)
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    # Read by `as_square`, which also knows what is no image.
    picture = forms.FileField(
        required=False,
        help_text="PNG, JPEG, WebP or GIF, at most 5 MB. Running chats keep the picture they began with.",
        widget=AdminFileWidget(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )

    class Meta:
        model = Agent
        fields = ["user", "name", "picture", "chat_limit", "time_zone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["teams"] = self.instance.teams.all()

    def clean_picture(self):
        upload = self.cleaned_data["picture"]
        return as_square(upload) if upload and "picture" in self.files else upload

    def _save_m2m(self):
        super()._save_m2m()
        self.instance.teams.set(self.cleaned_data["teams"])


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = "state", "state"

    def lookups(self, request, model_admin):
        return [("available", "Available now"), ("active", "Active"), ("deactivated", "Deactivated")]

    def queryset(self, request, agents):
        match self.value():
            case "available":
                return agents.permitted().available()
            case "active":
                return agents.filter(user__is_active=True)
            case "deactivated":
                return agents.filter(user__is_active=False)


@admin.register(Agent)
class AgentAdmin(NotDeleted, ForManagers, admin.ModelAdmin):
    form = AgentForm
    list_display = ["who", "may_receive", "availability", "places", "on_teams", "last_asked"]
    list_filter = [StateFilter, "teams"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username", "user__email"]
    # Those who are deactivated at the end.
    ordering = ["-user__is_active", "name", "pk"]
    actions = ["deactivate"]
    fieldsets = [
        (None, {"fields": ["name", "picture", "time_zone", "chat_limit", "teams"]}),
        ("Now", {"fields": ["account", "may_receive", "availability", "places", "last_asked"]}),
    ]

    class Media:
        css = {"all": ["routing/agents.css", "routing/hours.css"]}

    def get_queryset(self, request):
        limit = Least(F("chat_limit"), Subquery(Workspace.objects.values("chats_per_agent")[:1]))
        agents = super().get_queryset(request).select_related("user").with_load().prefetch_related("teams")
        is_allowed = Exists(Agent.objects.permitted().filter(pk=OuterRef("pk")))
        is_reachable = Q(presence__until__gt=Now()) | Exists(Workspace.objects.filter(only_reachable=False))
        return agents.annotate(
            limit=limit,
            is_allowed=is_allowed,
            is_reachable=ExpressionWrapper(is_reachable, BooleanField()),
            now=Now(),
        )

    def get_readonly_fields(self, request, obj=None):
        return ["account", "may_receive", "availability", "places", "last_asked"]

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else new_agent.FIELDSETS

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = {} if obj else {"form": new_agent.form_for(request.user)}
        return super().get_form(request, obj, change, **form | kwargs)

    def get_urls(self):
        signed_in = self.admin_site.admin_view
        invite, activate = require_POST(self.invite_view), require_POST(self.activate_view)
        pages = [
            path("<int:pk>/invite/", signed_in(invite), name="routing_agent_invite"),
            path("<int:pk>/activate/", signed_in(activate), name="routing_agent_activate"),
            path("deactivate/", signed_in(self.deactivate_view), name="routing_agent_deactivate"),
        ]
        return [*pages, *super().get_urls()]

    def invite_view(self, request, pk):
        if not self.has_change_permission(request):
            raise PermissionDenied
        agent = get_object_or_404(Agent.objects.select_related("user"), pk=pk)
        messages.info(request, new_agent.invite(agent))
        return redirect("admin:routing_agent_change", pk)

    def activate_view(self, request, pk):
        agent = get_object_or_404(Agent.objects.select_related("user"), pk=pk)
        return deactivating.activate_view(self, request, agent)

    def deactivate_view(self, request):
        return deactivating.deactivate_view(self, request)

    @admin.action(description="Deactivate…", permissions=["change"])
    def deactivate(self, request, agents):
        chosen = urlencode({"agent": [agent.pk for agent in agents]}, doseq=True)
        return redirect(f"{reverse('admin:routing_agent_deactivate')}?{chosen}")

    def response_add(self, request, obj, **kwargs):
        messages.info(request, new_agent.invite(obj))
        return super().response_add(request, obj, **kwargs)

    def save_model(self, request, obj, form, change):
        form.save_agent() if change else obj.save()

    def construct_change_message(self, request, form, formsets, add=False):
        said = super().construct_change_message(request, form, formsets, add)
        return said if add or not form.hours.has_changed else [*said, {"changed": {"fields": ["hours"]}}]

    @admin.display(description="name", ordering="name")
    def who(self, agent):
        picture = (
            format_html('<img class="agent-picture" src="{}" alt="">', agent.picture.url)
            if agent.picture
            else format_html('<span class="agent-picture" aria-hidden="true">{}</span>', agent.name[:1])
        )
        return format_html(
            '<span class="agent-who">{}<bdi>{}</bdi><small>{}</small></span>',
            picture,
            agent.name,
            agent.user.email or agent.user.get_username(),
        )

    @admin.display(description="account", ordering="user__username")
    def account(self, agent):
        user = agent.user
        return f"{user.get_username()}, {user.email}" if user.email else user.get_username()

    @admin.display(description="Live Chat", boolean=True)
    def may_receive(self, agent):
        return agent.is_allowed

    @admin.display(description="teams")
    def on_teams(self, agent):
        return ", ".join(team.name for team in agent.teams.all())

    @admin.display(description="availability", ordering="available_until")
    def availability(self, agent):
        if not agent.user.is_active:
            return "Deactivated"
        if not agent.is_allowed:
            return "Away: no permission “Live Chat”"
        words = agent.in_words(agent.now, own=False, is_reachable=agent.is_reachable)
        # Times are told in the agent's zone, which need not be that of the reader.
        is_elsewhere = agent.zone.key != timezone.get_current_timezone_name()
        return f"{words} ({agent.zone.key})" if is_elsewhere and TOLD_BY_THE_CLOCK.search(words) else words

    @admin.display(description="chats", ordering="load")
    def places(self, agent):
        return f"{agent.load} of {agent.limit}"

    @admin.display(description="last asked", ordering="last_asked_at")
    def last_asked(self, agent):
        at = agent.last_asked_at
        return date_format(timezone.localtime(at), "j M Y, H:i e") if at else "never"
