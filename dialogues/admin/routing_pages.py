"""Pages beside the admin's models: who is next, and a try of the routing that leaves no trace."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from dialogues.admin.cards import live_chat_cards
from dialogues.admin.try_form import Choices, TryForm
from routing.admin.permissions import MANAGE_WORKSPACE
from routing.pools import Pools

MAY_SEE_LIVE_CHATS = "routing.view_livechat"
ROWS_A_PAGE = 100


@dataclass(frozen=True)
class Page:
    """A page of the admin that is no model's; `section` is the app under which the menu lists it."""

    section: str
    slug: str
    title: str
    show: Callable
    # Besides that to manage the workspace.
    seen_with: str = MAY_SEE_LIVE_CHATS

    @property
    def name(self):
        return f"{self.section}_{self.slug.replace('-', '_')}"

    def is_open_to(self, user):
        return user.is_active and (user.has_perm(MANAGE_WORKSPACE) or user.has_perm(self.seen_with))

    def path_in(self, site):
        def view(request):
            if not self.is_open_to(request.user):
                raise PermissionDenied
            return self.show(request, {**site.each_context(request), "title": self.title})

        @never_cache
        def reloading(request):
            # A page that fetches itself anew cannot show the one to sign in; loading it again does.
            if request.htmx and not site.has_permission(request):
                return HttpResponseClientRefresh()
            return site.admin_view(view)(request)

        return path(f"{self.section}/{self.slug}/", reloading, name=self.name)

    @property
    def entry(self):
        """What the menu needs to know, as of a model."""
        return {
            "name": self.title,
            "object_name": self.name.title().replace("_", ""),
            "admin_url": reverse(f"{admin.site.name}:{self.name}"),
            "add_url": None,
            "view_only": True,
        }


@require_safe
def who_is_next(request, context):
    pools = Pools({card.route for card in live_chat_cards()})
    context |= {"pools": pools}
    if option := request.GET.get("option"):
        try:
            context["pool"] = pools[option]
        except KeyError:
            raise Http404("There is no such routing option.") from None
        context["page"] = Paginator(context["pool"].rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
        return TemplateResponse(request, "admin/routing/pool.html", context)
    return TemplateResponse(request, "admin/routing/who_is_next.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def try_it(request, context):
    """First a live chat card is chosen, then everything else; what would happen stands below. Nothing is kept."""
    choices, key = Choices(), request.GET.get("card", "")
    context |= {"choices": choices, "key": key, "find": request.GET.get("find", "")}
    if key:
        try:
            route, fallback = choices.find(key)
        except KeyError:
            raise Http404("There is no such live chat card.") from None
        form = TryForm(route, fallback, find=context["find"], data=request.POST or None)
        context |= {"form": form, "run": form.run() if form.is_valid() else None}
    return TemplateResponse(request, "admin/routing/try.html", context)


PAGES = [
    Page("routing", "who-is-next", "Who is next", who_is_next),
    Page("routing", "try", "Try it", try_it),
]
