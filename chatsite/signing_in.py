from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.urls import reverse

from routing.models.agent import RECEIVE_LIVE_CHATS


class SignIn(LoginView):
    def get_default_redirect_url(self):
        return first_page(self.request)


def first_page(request):
    """Where somebody stands first: where their role's work is."""
    if request.user.has_perm(RECEIVE_LIVE_CHATS):
        return reverse("inbox:home")
    if admin.site.has_permission(request):
        return reverse("admin:index")
    return reverse("inbox:profile")
