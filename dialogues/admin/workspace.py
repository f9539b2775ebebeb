"""The workspace's page, with what only the dialogues know: what becomes of live chat cards when the plan falls."""

from django import forms
from django.contrib import admin
from django.utils.html import format_html, format_html_join

from dialogues.models import Dialogue
from routing.admin import workspace
from routing.models import Method, Plan, Workspace


class WorkspaceForm(workspace.WorkspaceForm):
    without_teams = forms.BooleanField(
        label="Change to Select all the same", required=False, widget=forms.HiddenInput
    )

    def clean(self):
        data = super().clean()
        # The instance takes over what was entered only after this.
        falls = self.instance.plan == Plan.PRIME and data.get("plan") == Plan.SELECT
        if falls and not data.get("without_teams") and (lost := _teams_in_dialogues()):
            self.fields["without_teams"].widget = forms.CheckboxInput()
            self.add_error("plan", _what_becomes_of(lost))
        return data


def _teams_in_dialogues():
    """Pairs of a dialogue that visitors meet now, and a team that one of its live chat cards goes to."""
    live = ((dialogue, dialogue.live_stream) for dialogue in Dialogue.objects.published())
    return [
        (dialogue, route.team)
        for dialogue, stream in live
        for route in stream.routes.filter(method=Method.TEAM).select_related("team")
    ]


def _what_becomes_of(lost):
    return format_html(
        "Select has no teams: visitors who reach these live chat cards read the fallback message at once. {} "
        "If that is meant, tick “Change to Select all the same”.",
        format_html_join(" ", "“{}” goes to team {}.", lost),
    )


admin.site.unregister(Workspace)


@admin.register(Workspace)
class WorkspaceAdmin(workspace.WorkspaceAdmin):
    form = WorkspaceForm

    def get_fieldsets(self, request, obj=None):
        (title, plan), *others = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            plan = plan | {"fields": [*plan["fields"], "without_teams"]}
        return [(title, plan), *others]
