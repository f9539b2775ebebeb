"""The page on which a draft is written: an outline of cards in one form, without a script."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from dialogues.admin.merged import Merged
from dialogues.admin.outline import Outline
from dialogues.document import Document
from dialogues.editing import ChangedMeanwhile, Refused, add_card, move_card, remove_card
from dialogues.models import Stream

MAY_PUBLISH = "dialogues.publish_stream"
DONE = {
    "save": "Saved.",
    "add": "The card was added.",
    "delete": "The card was deleted.",
    "up": "The card was moved.",
    "down": "The card was moved.",
    "publish": "Published: the next visitor sees this version.",
    "discard": "The draft is gone. This is the live version.",
}


class Invalid(Exception):
    """A field of a card says what is wrong with it."""


class StreamPage:
    def __init__(self, admin, request, dialogue):
        self.admin, self.request, self.dialogue = admin, request, dialogue
        self.path = reverse("admin:dialogues_dialogue_stream", args=[dialogue.pk])
        self.can_change = admin.has_change_permission(request, dialogue)
        self.can_publish = self.can_change and request.user.has_perm(MAY_PUBLISH)

    def show(self, stream=None, *, status=200, refused="", **typed):
        """A version as it is; else the draft, or the live version, of which the first step makes the draft."""
        shown = stream or self.dialogue.draft or self.dialogue.live_stream
        document = shown.read() if shown else Document()
        faults = shown.faults() if shown and not shown.is_published else []
        context = {
            **self.admin.admin_site.each_context(self.request),
            "title": f"Stream of {self.dialogue}",
            "opts": self.admin.opts,
            "dialogue": self.dialogue,
            "stream": shown,
            "revision": document.revision,
            "outline": Outline(document, faults=faults, **typed),
            "refused": refused,
            "versions": self.dialogue.streams.published().select_related("published_by"),
            "is_editable": self.can_change and stream is None,
            "can_publish": self.can_publish,
        }
        return TemplateResponse(self.request, "admin/dialogues/dialogue/stream.html", context, status=status)

    def take(self, data):
        """Saves what was typed and takes the step that the pressed button names, or says why not."""
        step, _, about = data.get("do", "").partition(":")
        if not self.can_change or (step == "publish" and not self.can_publish):
            raise PermissionDenied
        try:
            card_id = self._step(step, about, data)
        except ChangedMeanwhile:
            return self._show_theirs(data)
        except Invalid:
            return self.show(data=data, refused="Nothing is saved yet: see what is wrong below.")
        except Refused as refusal:
            alert = (refusal.card_id, str(refusal))
            return self.show(data=data, alert=alert, refused="Nothing is saved yet.")
        if step == "publish" and self.dialogue.draft:
            return self.show(refused="This draft is saved, and cannot be published yet.")
        messages.success(self.request, DONE[step])
        return redirect(f"{self.path}#card-{card_id}" if card_id else self.path)

    @transaction.atomic
    def _step(self, step, about, data):
        """Returns the id of the card to look at next."""
        with Stream.edit(self.dialogue, revision=data.get("revision")) as draft:
            if step == "discard":
                return draft.discard()
            document = draft.read()
            outline = Outline(document, data=data)
            if not outline.is_valid():
                raise Invalid
            outline.write(document)
            card_id = self._change(document, outline, step, about, data)
            draft.write(document)
            live = self.dialogue.live_stream
            if step == "publish" and live and live.document == draft.document:
                raise Refused("Visitors see exactly this already.")
            if step == "publish" and not draft.faults():
                draft.publish(by=self.request.user)
        return card_id

    def _change(self, document, outline, step, about, data):
        try:
            match step:
                case "add":
                    form = outline.branches[about].add_form
                    if not form.is_valid():
                        raise Invalid
                    card = form.card()
                    add_card(document, card, opener=about, index=form.cleaned_data["place"])
                    return card.id
                case "up" | "down":
                    move_card(document, about, by=-1 if step == "up" else 1)
                    return about
                case "delete":
                    remove_card(document, about, with_branches=f"with-{about}" in data)
                case "save" | "publish":
                    pass
                case _:
                    raise Http404
        except KeyError as error:
            raise Http404 from error

    def _show_theirs(self, data):
        """What somebody else made of it, with what was typed here in it. Nothing of either is lost."""
        merged = Merged(self.dialogue, data)
        return self.show(
            data=merged.data,
            theirs=merged.theirs,
            lost=merged.lost,
            status=409,
            refused="Somebody else has changed this draft meanwhile, so nothing of yours is saved yet. You see "
            "their version with what you typed in it: look it over, and press the button again.",
        )
