from django import forms
from django.contrib import admin
from django.utils.html import format_html

from routing.admin.permissions import ForManagers
from routing.admin.rich_text import RichTextField
from routing.models import FallbackMessage, FallbackText, Workspace
from routing.models.fallback_message import standard_in
from routing.rich_text import as_text

LONGEST_PREVIEW = 120


class FallbackTextForm(forms.ModelForm):
    html = RichTextField(label="Text")

    class Meta:
        model = FallbackText
        fields = ["language", "html"]

    def clean_language(self):
        return self.cleaned_data["language"].lower()


class FallbackTextInline(admin.StackedInline):
    model = FallbackText
    form = FallbackTextForm
    extra = 0
    min_num = 1
    verbose_name = "text"
    verbose_name_plural = "what visitors read, by language"


@admin.register(FallbackMessage)
class FallbackMessageAdmin(ForManagers, admin.ModelAdmin):
    """The texts of each language, and where each message is used. The standard text needs no row."""

    list_display = ["name", "languages", "reads", "used"]
    search_fields = ["name", "texts__html"]
    inlines = [FallbackTextInline]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("texts", "teams", "dialogues")

    def changelist_view(self, request, extra_context=None):
        named = Workspace.objects.select_related("fallback_message").get().fallback_message
        words = f"“{named}”" if named else f"the standard text: “{standard_in('')}”"
        title = f"Fallback messages. Where nothing else is named, visitors read {words}"
        return super().changelist_view(request, {**(extra_context or {}), "title": title})

    def has_delete_permission(self, request, obj=None):
        """Where one is used it stays: choose another there first."""
        return super().has_delete_permission(request, obj) and not (obj and _uses(obj))

    @admin.display(description="languages")
    def languages(self, message):
        return ", ".join(str(text) for text in message.texts.all())

    @admin.display(description="visitors read")
    def reads(self, message):
        text = message.text_in("")
        words = " ".join(as_text(text.html).split()) if text else "the standard text, in other languages"
        return words if len(words) <= LONGEST_PREVIEW else words[: LONGEST_PREVIEW - 1] + "…"

    @admin.display(description="used for")
    def used(self, message):
        return ", ".join(_uses(message)) or format_html("<em>{}</em>", "nothing yet")


def _uses(message):
    everybody = ["everybody"] if Workspace.objects.filter(fallback_message=message).exists() else []
    teams = [f"team {team}" for team in message.teams.all()]
    return [*everybody, *teams, *(f"dialogue {dialogue}" for dialogue in message.dialogues.all())]
