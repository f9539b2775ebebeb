from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from chatsite import views
from chatsite.shop import shop

urlpatterns = [
    path("", include("dialogues.urls")),
    path("", include("inbox.urls")),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("demo/", shop, name="demo"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("setup/<str:token>/", views.first_manager, name="first_manager"),
]
