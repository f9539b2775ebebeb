from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRefresh

from dialogues.live import hub
from routing.models import Agent
from routing.models.agent import RECEIVE_LIVE_CHATS

NO_CHATS = "may not answer visitors. Ask a manager for the permission “Live Chat”"


def agent_required(view):
    """Lets in who may receive live chats, as `request.agent`; times are told in that agent's zone."""
    return _lets_in(view, lambda user: user.has_perm(RECEIVE_LIVE_CHATS))


def agent_of_any_role_required(view):
    """Lets in who may receive live chats, and every other agent, such as one with a calendar alone."""
    return _lets_in(view, lambda user: user.has_perm(RECEIVE_LIVE_CHATS) or hasattr(user, "agent"))


def _lets_in(view, may_come_in):
    @wraps(view)
    def for_agents(request, *args, **kwargs):
        if not may_come_in(request.user):
            return _refuse(request)
        request.agent = Agent.of(request.user)
        # Read before anything else is: a page may show more than its revision says, never less.
        request.revision = hub.revision("agent", request.agent.pk)
        with timezone.override(request.agent.zone):
            response = view(request, *args, **kwargs)
        # Conversations are not shown again by the browser's own cache after somebody has signed out.
        add_never_cache_headers(response)
        return response

    return for_agents


def _refuse(request):
    if request.htmx:
        # A pane cannot show a whole page; loading the page again says what happened.
        return HttpResponseClientRefresh()
    if request.user.is_authenticated:
        raise PermissionDenied(NO_CHATS)
    return redirect_to_login(request.get_full_path())
