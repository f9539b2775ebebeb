import re

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from routing.admin.permissions import ForManagers, OneRow
from routing.models import Workspace

ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?")
FOR_SUPERUSERS = ["plan", "engagement_limit"]


class OriginsField(forms.CharField):
    """Origins, one a line. They become part of a security header, so nothing else may be among them."""

    widget = forms.Textarea

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        return [_origin(line.strip()) for line in super().clean(value).splitlines() if line.strip()]


def _origin(line):
    found = ORIGIN.fullmatch(line.lower().rstrip("/"))
    if not found:
        raise forms.ValidationError(f"“{line}” is no origin: write it as https://shop.example")
    return found[0]


class WorkspaceForm(forms.ModelForm):
    allowed_sites = OriginsField(
        required=False,
        help_text="Origins that may show the widget, such as https://shop.example, one a line; empty: any.",
    )

    class Meta:
        model = Workspace
        # The page names its fields itself.
        fields = ["allowed_sites"]


@admin.register(Workspace)
class WorkspaceAdmin(OneRow, ForManagers, admin.ModelAdmin):
    form = WorkspaceForm
    readonly_fields = ["engagements"]
    fieldsets = [
        ("Plan", {"fields": ["plan", "engagement_limit", "engagements"]}),
        ("Widget", {"fields": ["name", "allowed_sites"]}),
        (
            "Agents",
            {"fields": ["chats_per_agent", "only_reachable", "away_after_misses"]},
        ),
        (
            "Routing",
            {
                "fields": [
                    "account_routing",
                    ("round_robin_tries", "team_tries", "custom_rules_tries"),
                    "overflow",
                ]
            },
        ),
        ("When nobody comes", {"fields": ["fallback_message", "include_meeting_booking"]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, *([] if request.user.is_superuser else FOR_SUPERUSERS)]

    @admin.display(description="engagements so far")
    def engagements(self, workspace):
        used = f"{workspace.engagements} of {workspace.engagement_limit}"
        chats = reverse("admin:routing_livechat_changelist")
        return format_html(
            '{}, <a href="{}?accepted_at__isnull=False">the live chats that were accepted</a>', used, chats
        )
