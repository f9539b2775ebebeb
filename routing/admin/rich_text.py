"""A form field for rich text: a small editor, and without scripts a textarea that takes the markup itself."""

import re
import unicodedata

from django import forms
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.utils.html import linebreaks
from django.utils.translation import gettext_lazy as _

from routing.rich_text import LONGEST, as_text, clean

# In code points of the plain text, that is of what is read.
MOST = 2_000
EMOJI = [
    ("🙂", _("Slightly smiling face")),
    ("😀", _("Grinning face")),
    ("😊", _("Smiling face")),
    ("😉", _("Winking face")),
    ("😂", _("Tears of joy")),
    ("😍", _("Heart eyes")),
    ("🤔", _("Thinking face")),
    ("😅", _("Relieved smile")),
    ("🙁", _("Slightly frowning face")),
    ("😴", _("Sleeping face")),
    ("👋", _("Waving hand")),
    ("👍", _("Thumbs up")),
    ("👎", _("Thumbs down")),
    ("👏", _("Clapping hands")),
    ("🙏", _("Folded hands")),
    ("💪", _("Strong arm")),
    ("❤️", _("Heart")),
    ("🎉", _("Party popper")),
    ("✨", _("Sparkles")),
    ("⭐", _("Star")),
    ("🔥", _("Fire")),
    ("🚀", _("Rocket")),
    ("💡", _("Light bulb")),
    ("✅", _("Check mark")),
    ("❌", _("Cross mark")),
    ("⚠️", _("Warning")),
    ("⏰", _("Alarm clock")),
    ("📅", _("Calendar")),
    ("📧", _("Mail")),
    ("📞", _("Telephone")),
]
BLANK = re.compile(r"<p>(?:<br>|&nbsp;|\s)*</p>")
LAST_BREAK = re.compile(r"(?<!<p>)<br>(?=</p>|</li>)")
IS_MARKUP = re.compile(r"</?[a-z]", re.IGNORECASE)


class RichTextInput(forms.Textarea):
    class Media:
        css = {"all": ["admin-rich-text/rich-text.css"]}
        js = [
            Script("admin-rich-text/squire.js", defer=True),
            Script("admin-rich-text/rich-text.js", defer=True),
        ]

    def render(self, name, value, attrs=None, renderer=None):
        textarea = super().render(name, value, attrs, renderer)
        return render_to_string("admin/rich_text/field.html", {"textarea": textarea, "emoji": EMOJI})


class RichTextField(forms.CharField):
    """Gives clean markup with at most MOST code points of text; plain lines become paragraphs."""

    widget = RichTextInput
    default_error_messages = {
        "too_long": _("This has %(length)s characters; at most %(most)s can be sent."),
        "too_much": _(
            "This is too much formatting, or far too long. Paste it as plain text, and shorten it."
        ),
    }

    def clean(self, value):
        value = super().clean(value)
        if len(value) > LONGEST:
            raise forms.ValidationError(self.error_messages["too_much"], "too_much")
        html = clean(value if IS_MARKUP.search(value) else linebreaks(value))
        html = clean(_without_edges(html))
        text = as_text(html)
        if not any(map(_is_seen, text)):
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], "required")
            return ""
        if len(text) > MOST:
            numbers = {"length": f"{len(text):,}", "most": f"{MOST:,}"}
            raise forms.ValidationError(self.error_messages["too_long"], "too_long", numbers)
        return html

    def has_changed(self, initial, data):
        return clean(initial or "") != clean(data or "")


def _without_edges(html):
    """Without the empty lines and last breaks that an editor leaves, where somebody might write on."""
    html = html.strip()
    while blank := BLANK.match(html):
        html = html[blank.end() :].lstrip()
    while html.endswith("</p>") and BLANK.fullmatch(html, html.rfind("<p>")):
        html = html[: html.rfind("<p>")].rstrip()
    return LAST_BREAK.sub("", html)


def _is_seen(sign):
    return not sign.isspace() and unicodedata.category(sign) not in ("Cf", "Cc", "Mn", "Me", "Co", "Cn")
