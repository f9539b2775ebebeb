from django.contrib import admin
from django.utils.html import format_html_join

from routing.admin.permissions import ForManagers, ReadOnly
from routing.models import LiveChat


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
        "choices",
        "requested_at",
        "accepted_at",
        "ended_at",
        "fallback_message",
    ]

    @admin.display(description="known at the request")
    def known(self, live_chat):
        return format_html_join("", "<p>{}: {}</p>", sorted(live_chat.attributes.items())) or "Nothing"

    @admin.display(description="who was asked, and who was not")
    def choices(self, live_chat):
        decisions = live_chat.decisions.select_related("offer__agent").order_by("pk")
        told = [
            (f"{decision.made_at:%H:%M:%S} UTC", format_html_join("", "<br>{}", zip(decision.in_words)))
            for decision in decisions
        ]
        return format_html_join("", "<p><strong>{}</strong>{}</p>", told) or "Nobody was considered."
