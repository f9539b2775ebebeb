from django import forms
from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.html import format_html_join

from routing.admin.permissions import ForManagers, ReadOnly
from routing.models import LiveChat
from routing.trace import Trace

TIMELINE_MEDIA = forms.Media(
    css={"all": ["routing/trace.css"]}, js=[forms.Script("inbox/local-time.js", type="module")]
)


@admin.register(LiveChat)
class LiveChatAdmin(ReadOnly, ForManagers, admin.ModelAdmin):
    """What became of each request for an agent, and why, in words."""

    list_display = ["__str__", "state", "because", "route", "agent_name", "requested_at", "ended_at"]
    list_filter = ["state", "because", "requested_at"]
    list_select_related = ["route__agent", "route__team"]
    ordering = ["-pk"]
    show_full_result_count = False
    fields = [
        "state",
        "because",
        "route",
        "agent",
        "known",
        "trace",
        "requested_at",
        "accepted_at",
        "ended_at",
        "fallback_message",
    ]

    @property
    def media(self):
        return super().media + TIMELINE_MEDIA

    @admin.display(description="known at the request")
    def known(self, live_chat):
        return format_html_join("", "<p>{}: {}</p>", sorted(live_chat.attributes.items())) or "Nothing"

    @admin.display(description="who was asked, and why")
    def trace(self, live_chat):
        return as_timeline(live_chat)


def as_timeline(live_chat):
    """The trace for a page with `TIMELINE_MEDIA`."""
    return render_to_string("routing/_trace.html", {"trace": Trace(live_chat)})
