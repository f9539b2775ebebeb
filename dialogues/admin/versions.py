"""The versions of a dialogue's stream: which is live, what changed, and going back."""

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from dialogues.admin.stream_page import MAY_PUBLISH
from dialogues.difference import difference
from dialogues.models import Dialogue, Goal, Pdf
from routing.models import Route

DONE = {
    "restore": "The draft says what that version said. Publish it when it is right.",
    "unpublish": "No new visitor meets this dialogue any more. Conversations that run go on.",
    "switch_on": "The live version is shown again.",
    "schedule": "It is published at that moment, if it has no problems then.",
    "unschedule": "It is published only when somebody does it.",
}


class ScheduleForm(forms.Form):
    at = forms.SplitDateTimeField(label="Publish the draft at", widget=AdminSplitDateTime)


class VersionsPage:
    def __init__(self, admin, request, dialogue):
        self.admin, self.request, self.dialogue = admin, request, dialogue
        self.can_change = admin.has_change_permission(request, dialogue)
        self.can_publish = self.can_change and request.user.has_perm(MAY_PUBLISH)

    def show(self, *, form=None, status=200):
        streams = list(self.dialogue.streams.select_related("published_by", "scheduled_by"))
        chosen = self._chosen(streams)
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": f"Versions of {self.dialogue}",
            "opts": self.admin.opts,
            "dialogue": self.dialogue,
            "streams": streams,
            "live": self.dialogue.live_stream,
            "draft": self.dialogue.draft,
            "chosen": chosen,
            "changes": difference(*(stream.read() for stream in chosen), names=_names()) if chosen else None,
            "form": form or ScheduleForm(),
            "can_change": self.can_change,
            "can_publish": self.can_publish,
        }
        return TemplateResponse(
            self.request, "admin/dialogues/dialogue/versions.html", context, status=status
        )

    def take(self, data):
        step, _, number = data.get("do", "").partition(":")
        if not self.can_change or (step != "restore" and not self.can_publish):
            raise PermissionDenied
        form = ScheduleForm(data) if step == "schedule" else None
        if form and not form.is_valid():
            return self.show(form=form, status=422)
        try:
            self._take(step, number, form)
        except ValueError as refused:
            form.add_error("at", str(refused))
            return self.show(form=form, status=422)
        messages.success(self.request, DONE[step])
        return redirect(reverse("admin:dialogues_dialogue_versions", args=[self.dialogue.pk]))

    def _take(self, step, number, form):
        match step:
            case "restore":
                versions = self.dialogue.streams.published()
                get_object_or_404(versions, number=number if number.isdecimal() else 0).restore(
                    by=self.request.user
                )
            case "unpublish" | "switch_on":
                Dialogue.objects.filter(pk=self.dialogue.pk).update(is_on=step == "switch_on")
            case "schedule" | "unschedule" if draft := self.dialogue.draft:
                draft.schedule(form.cleaned_data["at"] if form else None, by=self.request.user)
            case _:
                raise Http404

    def _chosen(self, streams):
        """The two versions that are compared: those asked for, else the draft and what is live."""
        numbers = {str(stream.number): stream for stream in streams}
        asked = [numbers.get(self.request.GET.get(name, "")) for name in ("from", "to")]
        if all(asked):
            return asked
        return list(reversed(streams[:2])) if len(streams) > 1 else None


def _names():
    """What the rows are called that documents name, by kind and key."""
    routes = Route.objects.select_related("agent", "team")
    return {
        "route": {route.pk: str(route) for route in routes},
        "flow": dict(Dialogue.objects.filter(is_flow=True).values_list("pk", "name")),
        "goal": dict(Goal.objects.values_list("pk", "name")),
        "pdf": dict(Pdf.objects.values_list("pk", "name")),
    }
