"""The visitor's widget: its loader, the frame it opens, and what happens in that frame."""

import json
import logging
from contextlib import suppress

from csp.constants import SELF
from csp.decorators import csp_replace
from django.db import DatabaseError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page, require_POST, require_safe

from dialogues.chat import Chat
from dialogues.facts import facts_of, says_returning
from dialogues.limits import TooManyRequests, take_place
from dialogues.live import hub
from dialogues.models import Appearance, Conversation, OutOfDate, Site, Stream
from dialogues.visitors import of_visitor
from dialogues.which import config
from routing.models import Because, State, TooLate, Workspace

logger = logging.getLogger(__name__)

# On any site, and on one that lets nothing in without being told so.
FROM_ANY_SITE = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
IN_ANY_FRAME = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}

# The script on the host page, and the frame


@gzip_page
@conditional_page
@cache_control(public=True, max_age=300)
@require_safe
def loader(request):
    Site.objects.hear(request)
    context = {"config": json.dumps(config() | {"look": Appearance.objects.get().launcher})}
    kind = "text/javascript; charset=utf-8"
    response = render(request, "dialogues/widget.js", context, content_type=kind)
    response.content = _without_comments(response.content)
    return _with(FROM_ANY_SITE, response)


@xframe_options_exempt
@gzip_page
@conditional_page
@cache_control(private=True, max_age=300)
@require_safe
def frame(request):
    Site.objects.hear(request)
    workspace, look = Workspace.objects.get(), Appearance.objects.get()
    allowed = csp_replace({"frame-ancestors": frame_ancestors(workspace)})
    context = {"workspace": workspace, "look": look}
    return _with(IN_ANY_FRAME, allowed(render)(request, "dialogues/frame.html", context))


@gzip_page
@conditional_page
@cache_control(public=True, max_age=300)
@require_safe
def look(request):
    """The colours and the font that a marketer chose, over those of the frame's own stylesheet."""
    context = {"look": Appearance.objects.get()}
    return render(request, "dialogues/look.css", context, content_type="text/css; charset=utf-8")


# What happens in it


@of_visitor
@require_safe
def chat(request, visitor):
    return _show(request, visitor, is_fresh="fresh" in request.GET)


@of_visitor
@require_POST
def answer(request, visitor):
    given = request.POST.get("given", "")
    try:
        conversation = _answer(request, visitor, given)
    except OutOfDate:
        return _show(request, visitor)
    except ValueError as refused:
        return _show(request, visitor, is_fresh=True, trouble=str(refused), given=given, status=422)
    except TooManyRequests as refused:
        return _show(request, visitor, is_fresh=True, trouble=str(refused), given=given, status=429)
    _request_live_chat(conversation)
    hub.announce(visitor=conversation.visitor_id, pane="chat")
    return _show(request, visitor)


@of_visitor
@require_POST
def cancel(request, visitor):
    conversation = named(request, visitor)
    with suppress(TooLate):
        _stop_waiting(conversation)
    return _show(request, visitor)


@of_visitor
@require_POST
def end(request, visitor):
    conversation = named(request, visitor)
    with suppress(TooLate):
        if conversation.live_agent_id:
            conversation.live_chat.end(because=Because.VISITOR)
        else:
            _stop_waiting(conversation)
    return _show(request, visitor)


@of_visitor
@require_POST
def new(request, visitor):
    return _show(request, visitor, is_fresh=True)


# What they share


def _show(request, visitor, *, status=200, **chat):
    visit = visitor.visit(facts_of(request), is_returning=says_returning(request))
    return render(request, "dialogues/chat.html", {"chat": Chat(visitor, visit=visit, **chat)}, status=status)


def named(request, visitor):
    """The visitor's conversation that the form names; somebody else's is not found."""
    theirs = Conversation.objects.filter(visitor__key=visitor.key).select_related("live_chat")
    return get_object_or_404(theirs, pk=_number(request, "conversation"))


@transaction.atomic
def _answer(request, visitor, given):
    if request.POST.get("conversation"):
        conversation = named(request, visitor)
    else:
        stream = Stream.objects.shown().filter(pk=_number(request, "stream")).first()
        if stream is None:
            raise OutOfDate("This is no longer asked.")
        conversation = visitor.begin(stream, after=_number(request, "after"), **facts_of(request))
    conversation.answer(request.POST.get("card", ""), given)
    if conversation.is_waiting_for_request:
        take_place(visitor_key=visitor.key, address=request.META.get("REMOTE_ADDR", ""))
    return conversation


def _request_live_chat(conversation):
    """A transaction of its own: the answer stands, whatever becomes of the request."""
    if not conversation.is_waiting_for_request:
        return
    try:
        conversation.request_live_chat()
    except TooLate:
        pass
    except DatabaseError:
        # The clock finds the conversation within two seconds, and asks once more.
        logger.exception("No agent could be asked for conversation %s", conversation.pk)


def _stop_waiting(conversation):
    if conversation.live_chat and conversation.live_chat.state == State.OFFERED:
        conversation.live_chat.cancel()
    elif not conversation.ended_at:
        conversation.close()


def _without_comments(script):
    """Every page of a site loads it: what only its readers need stays here."""
    lines = [line.strip() for line in script.splitlines()]
    return b"\n".join(line for line in lines if line and not line.startswith(b"//"))


def _with(headers, response):
    for name, value in headers.items():
        response[name] = value
    return response


def _number(request, name):
    try:
        return int(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def frame_ancestors(workspace):
    """Where the frame may stand. What could end the directive, or begin another, names no site."""
    sites = [site for site in workspace.allowed_sites if not set(site) & set(" ;,\t\r\n'\"")]
    return [SELF, *sites] if workspace.allowed_sites else ["*"]
