"""The sample shop at /demo/: a page like any other, with the widget's one script tag."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest
from django.shortcuts import render

from dialogues.models import Stream


def shop(request):
    origin = _origin_of_script(request)
    stream = Stream.objects.to_show()
    response = render(request, "demo/shop.html", {"origin": origin, "is_published": stream is not None})
    response._csp_update = {
        "script-src": ["'self'", origin],
        "frame-src": [origin],
        "connect-src": ["'self'", origin],
    }
    return response


def _origin_of_script(request):
    """Where the widget comes from: here, or as ?script= says, under another of our own names.

    So one product can be two sites, which is what its tests need; nobody else's script is ever let in.
    """
    here = f"{request.scheme}://{request.get_host()}"
    origin = request.GET.get("script", here)
    if origin != here and origin not in _our_origins(request):
        raise BadRequest("This is not an address of ours.")
    return origin


def _our_origins(request):
    port = urlsplit(f"//{request.get_host()}").port
    names = [name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*"))]
    return [f"{request.scheme}://{name}" + (f":{port}" if port else "") for name in names]
