from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from dialogues.models import Author, Conversation
from routing.admin import TIMELINE_MEDIA, ForManagers, ReadOnly, as_timeline


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, ForManagers, admin.ModelAdmin):
    """Everything that was said, to be read."""

    list_display = ["visitor", "dialogue", "page", "outcome", "length", "started_at"]
    list_select_related = ["visitor", "stream__dialogue", "live_chat"]
    list_filter = ["started_at", "live_chat__state", "stream__dialogue"]
    search_fields = ["visitor__attributes__first_name", "visitor__attributes__email", "page"]
    ordering = ["-started_at", "-pk"]
    list_per_page = 50
    show_full_result_count = False
    fields = ["visitor", "known", "stream", "page", "started_at", "ended_at", "outcome", "live", "transcript"]

    @property
    def media(self):
        return super().media + TIMELINE_MEDIA

    @admin.display(ordering="stream__dialogue__name")
    def dialogue(self, conversation):
        return conversation.stream.dialogue.name

    @admin.display(description="what became of it")
    def outcome(self, conversation):
        live_chat = conversation.live_chat
        if live_chat is None:
            return "Automated, ended" if conversation.ended_at else "Automated"
        words = live_chat.get_because_display() or live_chat.get_state_display()
        return f"{words} ({live_chat.agent_name})" if live_chat.agent_name else words

    @admin.display(description="known")
    def known(self, conversation):
        pairs = sorted(conversation.visitor.attributes.items())
        return format_html_join("", "<p>{}: {}</p>", pairs) or "Nothing"

    @admin.display(description="live chat")
    def live(self, conversation):
        if conversation.live_chat is None:
            return None
        link = reverse("admin:routing_livechat_change", args=[conversation.live_chat_id])
        timeline = as_timeline(conversation.live_chat)
        return format_html('{}<p><a href="{}">Who was asked, and why</a></p>', timeline, link)

    @admin.display(description="transcript")
    def transcript(self, conversation):
        names = {
            Author.VISITOR: conversation.visitor.name,
            Author.AGENT: conversation.live_chat.agent_name if conversation.live_chat else "",
        }
        lines = [
            (
                names.get(message.author) or message.get_author_display(),
                f"{message.created_at:%H:%M:%S}",
                message.body,
            )
            for message in conversation.messages.all()
        ]
        return format_html_join("", "<p><strong>{}</strong> {}<br>{}</p>", lines) or "Nothing"
