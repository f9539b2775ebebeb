import mimetypes

from django.contrib import messages
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from inbox.decorators import agent_of_any_role_required
from inbox.forms import ProfileForm
from routing.models import Agent

A_YEAR_SECONDS = 365 * 24 * 3600


@agent_of_any_role_required
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def profile(request):
    # A row of its own: what a refused form has put on it must not show in the bar above.
    form = ProfileForm(request.POST or None, request.FILES or None, instance=Agent.of(request.user))
    if request.method == "POST" and form.is_valid():
        form.save_agent()
        messages.success(request, "Saved.")
        return redirect("inbox:profile")
    return render(request, "inbox/profile.html", {"form": form})


@require_safe
def picture(request, name):
    """An agent's picture, for visitors too. It is only ever shown as an image, whatever it is."""
    try:
        with default_storage.open(f"pictures/{name}") as file:
            body = file.read()
    except FileNotFoundError:
        raise Http404 from None
    return HttpResponse(
        body,
        content_type=mimetypes.guess_type(name)[0],
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": f"public, max-age={A_YEAR_SECONDS}, immutable",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )
