"""Who meets a dialogue, and where: a page of the dialogue; and whom which of them meets, tried by hand."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from dialogues.admin.audience_form import AudienceForm
from dialogues.admin.condition_forms import labels
from dialogues.admin.visit_form import VisitForm
from dialogues.audience import in_words
from dialogues.models import Appearance, Dialogue

SAVED = "Saved: from now on this is who sees the dialogue."


class AudiencePage:
    def __init__(self, admin, request, dialogue):
        self.admin, self.request, self.dialogue = admin, request, dialogue
        self.can_change = admin.has_change_permission(request, dialogue)

    def show(self, form=None, *, status=200):
        # What a form has cleaned stands on its object already; the words are about what is saved.
        kept = Dialogue.objects.get(pk=self.dialogue.pk)
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": f"Audience of {kept}",
            "opts": self.admin.opts,
            "dialogue": kept,
            "words": in_words(kept, labels()),
            "form": form or AudienceForm(instance=kept),
            "can_change": self.can_change,
        }
        return TemplateResponse(
            self.request, "admin/dialogues/dialogue/audience.html", context, status=status
        )

    def take(self, data):
        if not self.can_change:
            raise PermissionDenied
        form = AudienceForm(data, instance=self.dialogue)
        if form.is_stepped or not form.is_valid():
            return self.show(form, status=200 if form.is_stepped else 422)
        form.save()
        words = in_words(self.dialogue, labels())
        self.admin.log_change(self.request, self.dialogue, f"Shown to: {words}")
        messages.success(self.request, SAVED)
        return redirect(reverse("admin:dialogues_dialogue_audience", args=[self.dialogue.pk]))


def who_meets_what(admin, request):
    """A visitor of somebody's making goes in; out comes which dialogue they meet, and why they meet none other."""
    form = VisitForm(request.POST if request.method == "POST" else None)
    met = form.meet() if form.is_valid() else None
    context = {
        **admin.admin_site.each_context(request),
        "title": "Who meets what",
        "opts": admin.opts,
        "form": form,
        "met": met,
        "is_met": any(each.wins for each in met or []),
        "is_chat_enabled": Appearance.objects.get().is_chat_enabled,
    }
    return TemplateResponse(request, "admin/dialogues/dialogue/who_meets_what.html", context)
