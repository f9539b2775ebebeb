"""Import: a file is uploaded, a page says what does not fit, and only then something is made."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import slugify

from dialogues.exchange import LARGEST, as_file, export, read
from dialogues.models import Dialogue, Stream
from dialogues.taking_in import TakingIn
from routing.models import Agent, Method, Team

MAKES = {
    "attributes": "dialogues.add_attribute",
    "goals": "dialogues.add_goal",
    "documents": "dialogues.add_pdf",
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Exported dialogue",
        help_text="A JSON file of at most 1 MB, as “Export” writes it.",
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self):
        # One more than may be: so much is known without reading all of it.
        raw = self.cleaned_data["file"].read(LARGEST + 1)
        self.exported = _read(raw)
        return raw.decode()


class ImportForm(forms.Form):
    """`taking` is what the file says, and what of it does not fit."""

    raw = forms.CharField(widget=forms.HiddenInput, strip=False)
    into = forms.ModelChoiceField(
        Dialogue.objects.all(),
        required=False,
        empty_label="A new dialogue",
        help_text="Of an existing one it becomes the draft, which can be undone; who sees it stays as it is.",
    )
    name = forms.CharField(max_length=80, required=False, help_text="Of the new dialogue.")

    def __init__(self, raw, *, user, data=None):
        self.exported, self.user = _read(raw.encode()), user
        self.taking = TakingIn(self.exported)
        super().__init__(data, initial={"raw": raw, "name": _free_name(self.exported.name)})
        for key, named in self.taking.unknown_routes.items():
            label = f"Instead of {named}" if named else "Instead of an option that it does not describe"
            self.fields[f"route-{key}"] = forms.ChoiceField(choices=_ways(), label=label)
        for kind, permission in MAKES.items():
            if self._makeable(kind) and user.has_perm(permission):
                self.fields[f"make-{kind}"] = forms.BooleanField(
                    required=False, initial=True, label=f"Make the missing {kind}"
                )

    @property
    def routes(self):
        return [self[f"route-{key}"] for key in self.taking.unknown_routes]

    @property
    def makes(self):
        return [self[f"make-{kind}"] for kind in MAKES if f"make-{kind}" in self.fields]

    @property
    def uploaded_documents(self):
        return [each for each in self.taking.missing_documents if not each.address]

    def clean(self):
        given = super().clean()
        if not given.get("into") and "name" in given:
            if not given["name"]:
                self.add_error("name", "Give the new dialogue a name.")
            elif Dialogue.objects.filter(name=given["name"]).exists():
                self.add_error("name", "There is a dialogue of this name already.")
        return given

    def take_in(self):
        """The dialogue that it has become. Raises ValidationError where a row cannot be made."""
        given = self.cleaned_data
        routes = {key: _way(given[f"route-{key}"]) for key in self.taking.unknown_routes}
        makes = [kind for kind in MAKES if given.get(f"make-{kind}")]
        taking = TakingIn(self.exported, routes=routes, makes=makes)
        if given["into"]:
            return taking.write(given["into"], by=self.user)
        return taking.make(name=given["name"], by=self.user)

    def _makeable(self, kind):
        missing = getattr(self.taking, f"missing_{kind}")
        return [each for each in missing if kind != "documents" or each.address]


class ImportPage:
    def __init__(self, admin, request):
        self.admin, self.request = admin, request
        if not (admin.has_add_permission(request) and admin.has_change_permission(request)):
            raise PermissionDenied

    def show(self, form=None, *, status=200):
        return self._page("upload", {"form": form or UploadForm()}, status)

    def take(self, data, files):
        if "raw" in data:
            return self._make(data)
        form = UploadForm(data, files)
        if not form.is_valid():
            return self.show(form, status=422)
        return self._report(ImportForm(form.cleaned_data["file"], user=self.request.user))

    def _make(self, data):
        try:
            form = ImportForm(data["raw"], user=self.request.user, data=data)
        except ValidationError as refused:
            form = UploadForm({}, {})
            form.add_error("file", refused)
            return self.show(form, status=422)
        if not form.is_valid():
            return self._report(form, status=422)
        try:
            dialogue = form.take_in()
        except ValidationError as refused:
            form.add_error(None, refused.messages)
            return self._report(form, status=422)
        messages.success(self.request, "Imported as a draft: look it over, and publish it when it is right.")
        return redirect(reverse("admin:dialogues_dialogue_stream", args=[dialogue.pk]))

    def _report(self, form, *, status=200):
        return self._page("report", {"form": form, "taking": form.taking, "exported": form.exported}, status)

    def _page(self, name, context, status):
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": "Import a dialogue",
            "opts": self.admin.opts,
            **context,
        }
        return TemplateResponse(
            self.request, f"admin/dialogues/dialogue/import_{name}.html", context, status=status
        )


def export_file(request, dialogue):
    """The version that is asked for, else the draft, else the live version."""
    number = request.GET.get("version", "")
    if number:
        stream = get_object_or_404(dialogue.streams, number=number if number.isdecimal() else 0)
    else:
        stream = dialogue.draft or dialogue.live_stream or Stream(dialogue=dialogue, number=1)
    which = f"version-{stream.number}" if stream.is_published else "draft"
    name = f"{slugify(dialogue.name) or 'dialogue'}-{which}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(as_file(export(stream)), content_type="application/json", headers=headers)


def _read(raw):
    try:
        return read(raw)
    except ValueError as refused:
        raise ValidationError(str(refused)) from None


def _free_name(name):
    names = [name, *(f"{name[:70]} ({number})" for number in range(2, 100))]
    taken = set(Dialogue.objects.filter(name__in=names).values_list("name", flat=True))
    return next((each for each in names if each not in taken), "")


def _ways():
    return [
        (Method.ROUND_ROBIN.value, "Round robin"),
        (Method.CUSTOM_RULES.value, "Custom rules"),
        ("Teams", [(f"team-{each.pk}", each.name) for each in Team.objects.all()]),
        ("Agents", [(f"agent-{each.pk}", each.name) for each in Agent.objects.permitted()]),
    ]


def _way(chosen):
    method, _, row = chosen.partition("-")
    return method, int(row) if row else None
