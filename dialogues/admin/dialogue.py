from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Max, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html

from dialogues.admin.audience_page import AudiencePage, who_meets_what
from dialogues.admin.card_forms import posted
from dialogues.admin.condition_forms import labels
from dialogues.admin.import_page import ImportPage, export_file
from dialogues.admin.new_dialogue import NewDialogueForm
from dialogues.admin.preview import PreviewPage
from dialogues.admin.stream_page import StreamPage
from dialogues.admin.versions import VersionsPage
from dialogues.audience import in_words
from dialogues.models import Dialogue, Stream


@admin.register(Dialogue)
class DialogueAdmin(admin.ModelAdmin):
    list_display = ["name", "priority", "seen_by", "live_version", "has_draft", "stream"]
    search_fields = ["name", "description"]
    fields = ["name", "description", "priority", "fallback_message"]

    def get_queryset(self, request):
        is_published = Q(streams__published_at__isnull=False)
        drafts = Stream.objects.filter(dialogue=OuterRef("pk"), published_at=None)
        newest = Max("streams__number", filter=is_published)
        return super().get_queryset(request).annotate(newest=newest, is_drafted=Exists(drafts))

    def get_urls(self):
        views = [self.stream_view, self.version_view, self.versions_view]
        page, version, versions = map(self.admin_site.admin_view, views)
        views = [self.preview_view, self.preview_frame_view, self.export_view, self.import_view]
        preview, frame, export, import_ = map(self.admin_site.admin_view, views)
        audience, who = map(self.admin_site.admin_view, [self.audience_view, self.who_meets_what_view])
        return [
            path("who-meets-what/", who, name="dialogues_dialogue_who_meets_what"),
            path("<int:pk>/audience/", audience, name="dialogues_dialogue_audience"),
            path("import/", import_, name="dialogues_dialogue_import"),
            path("<int:pk>/export.json", export, name="dialogues_dialogue_export"),
            path("<int:pk>/preview/", preview, name="dialogues_dialogue_preview"),
            path("<int:pk>/preview/frame/", frame, name="dialogues_dialogue_preview_frame"),
            path("<int:pk>/versions/", versions, name="dialogues_dialogue_versions"),
            path("<int:pk>/stream/", page, name="dialogues_dialogue_stream"),
            path("<int:pk>/stream/<int:number>/", version, name="dialogues_dialogue_version"),
            *super().get_urls(),
        ]

    def stream_view(self, request, pk):
        page = StreamPage(self, request, self._dialogue(request, pk))
        return page.take(posted(request)) if request.method == "POST" else page.show()

    def version_view(self, request, pk, number):
        dialogue = self._dialogue(request, pk)
        stream = get_object_or_404(dialogue.streams.published(), number=number)
        return StreamPage(self, request, dialogue).show(stream)

    def versions_view(self, request, pk):
        page = VersionsPage(self, request, self._dialogue(request, pk))
        return page.take(request.POST) if request.method == "POST" else page.show()

    def audience_view(self, request, pk):
        page = AudiencePage(self, request, self._dialogue(request, pk))
        return page.take(request.POST) if request.method == "POST" else page.show()

    def who_meets_what_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return who_meets_what(self, request)

    def preview_view(self, request, pk):
        return PreviewPage(self, request, self._dialogue(request, pk)).show()

    def preview_frame_view(self, request, pk):
        return PreviewPage(self, request, self._dialogue(request, pk)).frame()

    def export_view(self, request, pk):
        return export_file(request, self._dialogue(request, pk))

    def import_view(self, request):
        page = ImportPage(self, request)
        return page.take(request.POST, request.FILES) if request.method == "POST" else page.show()

    # A new one

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, **kwargs | ({} if obj else {"form": NewDialogueForm}))

    def get_fieldsets(self, request, obj=None):
        fields = ["name", "description", "priority", "begins_with"]
        return super().get_fieldsets(request, obj) if obj else [(None, {"fields": fields})]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change:
            form.write_draft(by=request.user)

    def response_add(self, request, obj, post_url_continue=None):
        return redirect(reverse("admin:dialogues_dialogue_stream", args=[obj.pk]))

    def _dialogue(self, request, pk):
        dialogue = self.get_object(request, str(pk))
        if dialogue is None or not self.has_view_permission(request, dialogue):
            raise Http404
        return dialogue

    @admin.display(description="who sees it")
    def seen_by(self, dialogue):
        if dialogue.is_flow:
            return "Other dialogues run it"
        link = reverse("admin:dialogues_dialogue_audience", args=[dialogue.pk])
        words = in_words(dialogue, labels() if dialogue.audience else None)
        return format_html(
            '<a href="{}">{}<span class="visually-hidden">: audience of {}</span></a>', link, words, dialogue
        )

    @admin.display(description="live version", ordering="newest")
    def live_version(self, dialogue):
        return dialogue.newest

    @admin.display(description="draft", boolean=True, ordering="is_drafted")
    def has_draft(self, dialogue):
        return dialogue.is_drafted

    @admin.display(description="stream")
    def stream(self, dialogue):
        link = reverse("admin:dialogues_dialogue_stream", args=[dialogue.pk])
        return format_html(
            '<a href="{}">Stream<span class="visually-hidden"> of {}</span></a>', link, dialogue
        )
