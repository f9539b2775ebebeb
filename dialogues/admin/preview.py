"""Preview: a version of a stream, or its draft, as a visitor would meet it. Every step is sent with all the answers
before it, so nothing is kept between two of them."""

from urllib.parse import urlencode

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import Http404
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin

from dialogues.admin.canvas import Canvas
from dialogues.admin.preview_form import PreviewForm
from dialogues.document import LiveChatCard
from dialogues.models import Conversation, Stream
from dialogues.preview import preview

RECENT = 20
MAY_SEE_VISITORS = "dialogues.view_conversation"
MAY_TRY = ("routing.manage_workspace", "routing.view_livechat")


class PreviewPage:
    def __init__(self, admin, request, dialogue):
        self.admin, self.request, self.dialogue = admin, request, dialogue
        self.versions = list(dialogue.streams.order_by("published_at", "-number"))
        self.stream = self._stream(self._asked("version"))
        self.canvas = Canvas(self.stream.read())

    def show(self):
        """What is tried, at one side; at the other the frame in which it is."""
        frame = reverse("admin:dialogues_dialogue_preview_frame", args=[self.dialogue.pk])
        here = {
            name: self.request.GET[name] for name in ("version", "at", "like") if name in self.request.GET
        }
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": f"Preview of {self.dialogue}",
            "opts": self.admin.opts,
            "dialogue": self.dialogue,
            "stream": self.stream,
            "versions": self.versions,
            "recent": self._recent(),
            "like": here.get("like", ""),
            "frame": frame,
            "first": f"{frame}?{urlencode(here)}",
            "problems": [] if self.stream.is_published or not self.stream.pk else self.stream.faults(),
            "form": PreviewForm(self.canvas, initial=self._initial()),
        }
        return TemplateResponse(self.request, "admin/dialogues/dialogue/preview.html", context)

    def frame(self):
        allowed = csp_replace({"frame-ancestors": [SELF]})
        return xframe_options_sameorigin(allowed(self._frame))(self.request)

    def _frame(self, request):
        first = PreviewForm(self.canvas, initial=self._initial())
        form = PreviewForm(self.canvas, data=request.POST if request.method == "POST" else first.as_sent)
        if not form.is_valid():
            return render(request, "admin/dialogues/dialogue/preview_frame.html", {"form": form}, status=422)
        hidden = [
            ("version", self._version),
            *form.as_sent.items(),
            ("csrfmiddlewaretoken", get_token(request)),
        ]
        path = reverse("admin:dialogues_dialogue_preview_frame", args=[self.dialogue.pk])
        setting = form.setting(request.POST)
        with preview(self.stream, setting, answer_to=path, hidden=hidden, jump=self._jump) as chat:
            context = {
                "form": form,
                "chat": chat,
                "try_it": self._try_it(chat),
                "begins_at": self._begins_at(setting),
            }
            status = 422 if chat.trouble else 200
            return render(request, "admin/dialogues/dialogue/preview_frame.html", context, status=status)

    # Which stream, and which visitor

    def _asked(self, name):
        return self.request.POST.get(name) or self.request.GET.get(name, "")

    @property
    def _version(self):
        return self.stream.number if self.stream.is_published else "draft"

    def _stream(self, version):
        """The version of this number, else the draft, else the live version, else an empty stream."""
        if version.isdecimal():
            found = next(
                (each for each in self.versions if each.is_published and each.number == int(version)), None
            )
            if found is None:
                raise Http404("There is no such version.")
            return found
        newest = self.dialogue.draft or self.dialogue.live_stream
        return newest or Stream(dialogue=self.dialogue, number=1)

    def _recent(self):
        if not self.request.user.has_perm(MAY_SEE_VISITORS):
            return []
        return Conversation.objects.newest_of_each_visitor().select_related("visitor")[:RECENT]

    def _initial(self):
        """The visitor of a recent conversation, if that is asked for; else nobody yet."""
        like = self._asked("like")
        known = next((each.known for each in self._recent() if str(each.pk) == like), {})
        return {f"known-{name}": value for name, value in known.items()} | {"at": self._asked("at")}

    # Where it leads

    def _jump(self, stream, card_id):
        """The card's place on the canvas."""
        name, args = "stream", [stream.dialogue_id]
        if stream.is_published and stream.dialogue.draft:
            name, args = "version", [stream.dialogue_id, stream.number]
        path = reverse(f"admin:dialogues_dialogue_{name}", args=args)
        return f"{path}?{urlencode({'chosen': f'card:{card_id}'})}#card-{card_id}"

    def _begins_at(self, setting):
        return self.canvas.cards[setting.at].title if setting.at in self.canvas.cards else ""

    def _try_it(self, chat):
        if not chat.live_chat or not any(map(self.request.user.has_perm, MAY_TRY)):
            return ""
        # Only live versions and drafts can be tried there.
        stream = chat.conversation.flow or chat.conversation.stream
        card = stream.read().card(chat.conversation.card) if chat.conversation.card else None
        query = urlencode({"card": f"{stream.pk}-{card.id}"}) if isinstance(card, LiveChatCard) else ""
        is_listed = not stream.is_published or stream == stream.dialogue.live_stream
        return f"{reverse('admin:routing_try')}?{query}" if query and is_listed else ""
