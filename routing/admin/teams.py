from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch

from routing.admin.agent_choice import AgentsField, marked
from routing.admin.permissions import ForManagers
from routing.models import Agent, Team


class TeamForm(forms.ModelForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "members" in self.fields:
            named = self.instance.members.values("pk") if self.instance.pk else ()
            self.fields["members"] = AgentsField(
                named=named, required=False, widget=forms.CheckboxSelectMultiple
            )


@admin.register(Team)
class TeamAdmin(ForManagers, admin.ModelAdmin):
    form = TeamForm
    list_display = ["name", "who", "fallback_message"]
    list_select_related = ["fallback_message"]
    search_fields = ["name"]
    fields = ["name", "members", "fallback_message"]

    class Media:
        css = {"all": ["routing/agents.css"]}

    def get_queryset(self, request):
        is_allowed = Exists(Agent.objects.permitted().filter(pk=OuterRef("pk")))
        members = Agent.objects.select_related("user").annotate(is_allowed=is_allowed).order_by("name", "pk")
        return super().get_queryset(request).prefetch_related(Prefetch("members", members))

    @admin.display(description="members")
    def who(self, team):
        return ", ".join(marked(agent) for agent in team.members.all()) or "Nobody"
