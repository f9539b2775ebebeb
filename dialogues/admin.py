from django.contrib import admin

from dialogues.models import Conversation, Dialogue
from routing.admin import ReadOnly


@admin.register(Dialogue)
class DialogueAdmin(admin.ModelAdmin):
    list_display = ["name", "priority"]


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["__str__", "page", "started_at", "ended_at"]
    list_select_related = ["visitor"]
