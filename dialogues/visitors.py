"""Who is asking: a visitor proves it by a token in the Authorization header, never by a cookie."""

from functools import wraps

from django.core import signing
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from dialogues.models import Visitor

SCHEME = "Visitor "
NOT_OURS = "This chat could not be recognised. A new one begins."


def of_visitor(view):
    """Gives the view its visitor. Who has no token yet gets one with the answer; a forged one is refused.

    No cookie says who it is, so no other site can act in a visitor's name, and a form needs no CSRF token.
    """

    @wraps(view)
    def wrapped(request):
        token = request.headers.get("Authorization", "")
        try:
            visitor = _owner(token) if token else Visitor()
        except (signing.BadSignature, ValueError):
            return HttpResponse(NOT_OURS, status=401, content_type="text/plain")
        response = view(request, visitor)
        if not token:
            response["Visitor-Token"] = visitor.token
        return response

    return never_cache(csrf_exempt(gzip_page(wrapped)))


def _owner(token):
    if not token.startswith(SCHEME):
        raise signing.BadSignature("This is no visitor's token.")
    return Visitor.objects.of_token(token.removeprefix(SCHEME))
