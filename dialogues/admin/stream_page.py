"""The page on which a draft is drawn: a canvas of cards in one form. With scripts each step is sent by itself and
answered by the parts that have changed; without, the same form is sent as a whole."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from dialogues.admin.canvas import KINDS, Canvas
from dialogues.admin.card_forms import MEDIA, Choices, form_for
from dialogues.admin.merged import Merged
from dialogues.admin.side import Side
from dialogues.admin.steps import Change, Done
from dialogues.editing import ChangedMeanwhile, Refused
from dialogues.models import DraftEditor, DraftStep, Stream
from dialogues.models.draft import Steps

MAY_PUBLISH = "dialogues.publish_stream"
PUBLISHED = "Published: the next visitor sees this version."
DISCARDED = "The draft is gone. This is the live version."


class Invalid(Exception):
    """A field of a card says what is wrong with it."""


class StreamPage:
    def __init__(self, admin, request, dialogue):
        self.admin, self.request, self.dialogue = admin, request, dialogue
        self.path = reverse("admin:dialogues_dialogue_stream", args=[dialogue.pk])
        self.can_change = admin.has_change_permission(request, dialogue)
        self.can_publish = self.can_change and request.user.has_perm(MAY_PUBLISH)

    def show(self, stream=None, *, chosen=None, status=200, alert=("", ""), data=None, merged=None, **said):
        """A version as it is; else the draft, or the live version, of which the first step makes the draft."""
        shown = stream or self._shown()
        document = shown.read()
        chosen = self.request.GET.get("chosen", "") if chosen is None else chosen
        findings = [] if shown.is_published or shown.pk is None else shown.findings()
        canvas = Canvas(document, findings=findings, chosen=chosen, alert=alert)
        side = Side(canvas, document, data=data, theirs=merged.theirs if merged else None)
        steps = None if shown.pk is None or shown.is_published else Steps(shown)
        is_editable = self.can_change and stream is None
        context = {
            "dialogue": self.dialogue,
            "stream": shown,
            "live": self.dialogue.live_stream,
            "revision": document.revision,
            "canvas": canvas,
            "side": side,
            "steps": steps,
            "kinds": KINDS,
            "lost": merged.lost if merged else [],
            "others": self._others(),
            "is_editable": is_editable,
            "can_publish": self.can_publish,
            **said,
        }
        if self.request.htmx:
            return TemplateResponse(
                self.request, "admin/dialogues/dialogue/_parts.html", context, status=status
            )
        context |= {
            **self.admin.admin_site.each_context(self.request),
            "title": f"Stream of {self.dialogue}",
            "opts": self.admin.opts,
            "versions": self.dialogue.streams.published().select_related("published_by"),
            "media": MEDIA if is_editable else "",
            "is_nav_sidebar_enabled": False,
        }
        return TemplateResponse(self.request, "admin/dialogues/dialogue/stream.html", context, status=status)

    def take(self, data):
        """Saves what was typed and takes the step that the pressed button names, or says why not."""
        step, _, about = data.get("do", "").partition(":")
        if not self.can_change or (step == "publish" and not self.can_publish):
            raise PermissionDenied
        if step == "here":
            return self._look_around(data)
        said = {"chosen": data.get("chosen", ""), "data": data}
        try:
            done = self._step(step, about, data)
        except ChangedMeanwhile:
            return self._show_theirs(data)
        except Invalid:
            return self.show(**said, refused="Nothing is saved yet: see what is wrong with this card.")
        except Refused as refusal:
            alert = (refusal.card_id, str(refusal))
            return self.show(**said, alert=alert, refused="Nothing is saved yet.")
        except (KeyError, DraftStep.DoesNotExist) as error:
            raise Http404 from error
        if step == "publish" and self.dialogue.draft:
            return self.show(chosen=done.chosen, refused="This draft is saved, and cannot be published yet.")
        return self._answer(done)

    def _answer(self, done):
        if self.request.htmx:
            # Of three hundred cards nothing is drawn anew when another one is chosen.
            return self.show(chosen=done.chosen, words=done.words, is_tree_kept=done.is_look)
        messages.success(self.request, done.words)
        what, _, about = done.chosen.partition(":")
        anchor = f"#card-{about}" if what == "card" else ""
        return redirect(f"{self.path}?{urlencode({'chosen': done.chosen})}{anchor}")

    @transaction.atomic
    def _step(self, step, about, data):
        with Stream.edit(self.dialogue, revision=data.get("revision")) as draft:
            match step:
                case "discard":
                    draft.discard()
                    return Done("", DISCARDED)
                case "undo":
                    return Done(data.get("chosen", ""), f"Undone: {Steps(draft).undo()}")
                case "redo":
                    return Done(data.get("chosen", ""), f"Done again: {Steps(draft).redo()}")
            document = draft.read()
            if (step, f"card:{about}") != ("delete", data.get("chosen")):
                self._write_what_was_typed(document, data)
            done = Change(document, data).take("save" if step == "publish" else step, about)
            if document.dump() != draft.document:
                Steps(draft).take(document, words=done.words, by=self.request.user)
                done = done._replace(is_look=False)
            elif step != "publish":
                # To look around makes no draft.
                transaction.set_rollback(True)
            return self._publish(draft) or done if step == "publish" else done

    def _write_what_was_typed(self, document, data):
        _, _, card_id = data.get("chosen", "").partition(":")
        cards = {card.id: card for card in document.cards()}
        form = form_for(cards[card_id], Choices(document), data) if card_id in cards else None
        if form is not None and form.is_bound:
            if not form.is_valid():
                raise Invalid
            form.write(cards[card_id])

    def _publish(self, draft):
        live = self.dialogue.live_stream
        if live and live.document == draft.document and self.dialogue.is_on:
            raise Refused("Visitors see exactly this already.")
        if not draft.faults():
            draft.publish(by=self.request.user)
            return Done("", PUBLISHED)
        return None

    def _show_theirs(self, data):
        """What somebody else made of it, with what was typed here in it. Nothing of either is lost."""
        merged = Merged(self._shown().read(), data)
        return self.show(
            chosen=data.get("chosen", ""),
            data=merged.data,
            merged=merged,
            status=409,
            refused="Somebody else has changed this draft meanwhile, so nothing of yours is saved yet. You see "
            "their version with what you typed in it: look it over, and press the button again.",
        )

    def _look_around(self, data):
        """Says that this page is open, and what others have made of the draft if nothing is being typed here."""
        DraftEditor.objects.see(user=self.request.user, dialogue=self.dialogue)
        shown, context = self._shown(), {"others": self._others()}
        is_news = shown.read().revision != data.get("revision")
        if is_news and "typed" not in data:
            return self.show(chosen=data.get("chosen", ""), words="Somebody else has changed this draft.")
        context |= {"is_news": is_news, "is_part": True}
        return TemplateResponse(self.request, "admin/dialogues/dialogue/_others.html", context)

    def _shown(self):
        return self.dialogue.draft or self.dialogue.live_stream or Stream(dialogue=self.dialogue, number=1)

    def _others(self):
        editors = DraftEditor.objects.here().filter(dialogue=self.dialogue).exclude(user=self.request.user)
        return [editor.user for editor in editors.select_related("user").order_by("pk")]
