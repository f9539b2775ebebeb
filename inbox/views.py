from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dialogues.models import Conversation
from inbox.decorators import agent_required
from inbox.listing import Listing
from inbox.opened import Opened
from inbox.transcript import as_text, file_name
from routing.models import Because, TooLate

# The screen, and its panes


@agent_required
@require_safe
def home(request):
    return render(request, "inbox/inbox.html", {"listing": Listing.asked_for(request)})


@agent_required
@require_safe
def conversation(request, pk):
    opened = Opened.visible_to(request.agent, pk)
    return render(
        request, "inbox/inbox.html", {"opened": opened, "listing": Listing.asked_for(request, open=pk)}
    )


@agent_required
@require_safe
def list_pane(request):
    return render(request, "inbox/_list.html", {"listing": Listing.asked_for(request)})


@agent_required
@require_safe
def conversation_pane(request, pk):
    return render(request, "inbox/_conversation.html", {"opened": Opened.visible_to(request.agent, pk)})


@agent_required
@require_safe
def offers_pane(request):
    return render(request, "inbox/offers_pane.html")


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def availability(request):
    if request.method != "POST":
        return render(request, "inbox/availability_pane.html")
    request.agent.switch(available=request.POST.get("available") == "yes")
    return _back(request)


# What an agent decides


@agent_required
@require_POST
def accept(request, pk):
    offer = get_object_or_404(request.agent.offers.select_related("live_chat__conversation"), pk=pk)
    try:
        offer.live_chat.accept(request.agent)
    except TooLate as late:
        offer.refresh_from_db(fields=["outcome"])
        # A second click on the same button is no surprise: it leads where the first one led.
        if not offer.is_accepted:
            messages.warning(request, str(late))
            return redirect("inbox:home")
    return redirect("inbox:conversation", offer.live_chat.conversation.pk)


@agent_required
@require_POST
def decline(request, pk):
    offer = get_object_or_404(request.agent.offers.select_related("live_chat"), pk=pk)
    try:
        offer.live_chat.decline(request.agent)
    except TooLate as late:
        messages.warning(request, str(late))
    return _back(request)


@agent_required
@require_POST
def end(request, pk):
    conversation = get_object_or_404(Conversation.objects.visible_to(request.agent), pk=pk)
    try:
        conversation.live_chat.end(because=Because.AGENT)
    except TooLate as late:
        messages.warning(request, str(late))
    return redirect("inbox:conversation", pk)


@agent_required
@require_safe
def transcript(request, pk):
    ended = Conversation.objects.visible_to(request.agent).filter(ended_at__isnull=False)
    conversation = get_object_or_404(ended.select_related("visitor", "live_chat", "stream__dialogue"), pk=pk)
    return HttpResponse(
        as_text(conversation),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name(conversation)}"'},
    )


def _back(request):
    """To the page the form stood on, which may be any of the agent's."""
    page = request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return redirect(page)
    return redirect("inbox:home")
