from django.contrib import admin
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.views import LoginView
from django.urls import reverse

from routing.models.agent import RECEIVE_LIVE_CHATS


class SignIn(LoginView):
    def get_default_redirect_url(self):
        return first_page(self.request)

    def get_context_data(self, **kwargs):
        return super().get_context_data(is_deactivated=is_deactivated(self.request), **kwargs)


def first_page(request):
    """Where somebody stands first: where their role's work is."""
    if request.user.has_perm(RECEIVE_LIVE_CHATS):
        return reverse("inbox:home")
    if admin.site.has_permission(request):
        return reverse("admin:index")
    return reverse("inbox:profile")


def is_deactivated(request):
    """Whether who signed in here may not come in any more: somebody's page was open when it happened."""
    user = request.session.get(SESSION_KEY)
    return user is not None and get_user_model().objects.filter(pk=user, is_active=False).exists()
