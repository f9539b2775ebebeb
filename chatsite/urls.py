from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from chatsite import passwords, views
from chatsite.shop import shop
from chatsite.signing_in import SignIn

urlpatterns = [
    path("", include("dialogues.urls")),
    path("", include("inbox.urls")),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", passwords.ChangePassword.as_view(), name="password_change"),
    path("password/forgotten/", passwords.Forgotten.as_view(), name="password_reset"),
    path("password/sent/", passwords.LinkSent.as_view(), name="password_reset_done"),
    path("password/<uidb64>/<token>/", passwords.SetPassword.as_view(), name="password_reset_confirm"),
    path("admin/", admin.site.urls),
    path("demo/", shop, name="demo"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("setup/<str:token>/", views.first_manager, name="first_manager"),
]
