"""How the widget looks and behaves: one page, whose picture changes with what is entered."""

import re

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.widgets import Script
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from dialogues.admin.lines import LinesField
from dialogues.models import Appearance
from dialogues.models.appearance import COLOUR, DOMAIN, LANGUAGE
from routing.admin.permissions import ForManagers, OneRow
from routing.models import Workspace
from routing.picture import as_square

SHORT = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])")
# What the preview shows of the form.
SHOWN = ["colour", "font", "position", "bot_name"]


def read_colour(written):
    """As people write colours: with or without the #, in capitals, with three digits."""
    colour = f"#{written.strip().lower().removeprefix('#')}"
    colour = SHORT.sub(r"#\1\1\2\2\3\3", colour) if SHORT.fullmatch(colour) else colour
    COLOUR(colour)
    return colour


def read_domain(line):
    domain = line.lower().rpartition("@")[2].rstrip(".")
    try:
        domain = domain.encode("idna").decode("ascii")
        DOMAIN(domain)
    except (UnicodeError, ValidationError):
        raise ValidationError(f"“{line}” is no domain: write it as example.com") from None
    if len(domain) > 253:
        raise ValidationError(f"“{line[:40]}…” is too long for a domain.")
    return domain


def read_language(line):
    code = line.lower().replace("_", "-")
    try:
        LANGUAGE(code)
    except ValidationError:
        raise ValidationError(f"“{line}” is no language's code: write it as nl or pt-br") from None
    return code


class ColourField(forms.CharField):
    def to_python(self, value):
        return read_colour(value) if value else ""


class AppearanceForm(forms.ModelForm):
    colour = ColourField(
        max_length=20,
        help_text="Of the launcher, the header and what visitors write, such as #2357e8. "
        "Words on it are white or black, whichever can be read.",
        widget=forms.TextInput(attrs={"class": "vTextField", "spellcheck": "false", "autocomplete": "off"}),
    )
    # Read by `as_square`, which also knows what is no image.
    bot_picture = forms.FileField(
        required=False,
        help_text="PNG, JPEG, WebP or GIF, at most 5 MB.",
        widget=AdminFileWidget(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    blocked_email_domains = LinesField(
        read=read_domain,
        required=False,
        help_text="Email addresses of these domains, and of those below them, are not taken. One a line.",
    )
    languages = LinesField(
        read=read_language,
        help_text="Codes such as nl or pt-br, one a line. Dialogues are written in the first, and translated to "
        "the others.",
    )

    class Meta:
        model = Appearance
        # The page names its fields itself.
        fields = ["colour"]

    def clean_bot_picture(self):
        upload = self.cleaned_data["bot_picture"]
        return as_square(upload) if upload and "bot_picture" in self.files else upload


@admin.register(Appearance)
class AppearanceAdmin(OneRow, ForManagers, admin.ModelAdmin):
    form = AppearanceForm
    readonly_fields = ["preview"]
    fieldsets = [
        (None, {"fields": ["is_chat_enabled"]}),
        (
            "Look",
            {
                "fields": ["preview", "colour", "font", "position", "offset"],
                "description": "Visitors get a change within five minutes, with the next page that they open.",
            },
        ),
        ("Bot", {"fields": ["bot_name", "bot_picture", "response_delay", "sound", "poke_on_mobile"]}),
        ("Privacy", {"fields": ["privacy_address", "blocked_email_domains"]}),
        ("Languages", {"fields": ["languages"]}),
    ]

    class Media:
        css = {"all": ["dialogues/look-preview.css"]}
        js = [
            Script("dialogues/message-sound.js", type="module"),
            Script("dialogues/look-preview.js", type="module"),
        ]

    def get_urls(self):
        preview = self.admin_site.admin_view(require_safe(self.preview_view))
        return [path("preview/", preview, name="dialogues_appearance_preview"), *super().get_urls()]

    def preview_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = _pictured({name: request.GET.get(name, "") for name in SHOWN})
        return render(request, "admin/dialogues/appearance/_preview.html", context)

    @admin.display(description="preview")
    def preview(self, appearance):
        context = _pictured({name: getattr(appearance, name) for name in SHOWN})
        context["address"] = reverse("admin:dialogues_appearance_preview")
        return render_to_string("admin/dialogues/appearance/preview.html", context)


def _pictured(entered):
    """What the picture needs; a colour that is none leaves it away, and says so."""
    try:
        look = Appearance(**entered | {"colour": read_colour(entered["colour"])})
    except ValidationError as error:
        return {"trouble": error.messages[0]}
    name = look.bot_name[:80] or Workspace.objects.get().name
    return {"look": look, "name": name}
