from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse

NOTHING_HERE = "may not see anything in the admin. Ask a manager for a role that may"


class Site(AdminSite):
    """The admin is open to everyone who may see something in it: roles decide, beside Django's staff status."""

    def has_permission(self, request):
        return super().has_permission(request) or (
            request.user.is_active and any(_shows(admin, request) for admin in self._registry.values())
        )

    def get_urls(self):
        return [*(page.path_in(self) for page in _pages()), *super().get_urls()]

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        for app in apps:
            pages = [page for page in _pages() if page.section == app["app_label"]]
            app["models"] += [page.entry for page in pages if page.is_open_to(request.user)]
        return apps

    # There is one page to sign in, and one to change a password.

    def login(self, request, extra_context=None):
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied(NOTHING_HERE)
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(self, request, extra_context=None):
        return redirect("password_change")

    def password_change_done(self, request, extra_context=None):
        return redirect("admin:index")


def _pages():
    # Its module registers models with this site, which must be there first.
    from dialogues.admin import embed, routing_pages

    return [*routing_pages.PAGES, *embed.PAGES]


def _shows(admin, request):
    # Some say yes to one of the two whoever asks.
    return admin.has_module_permission(request) and admin.has_view_or_change_permission(request)
