from django.contrib import admin
from django.urls import path

from chatsite import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("setup/<str:token>/", views.first_manager, name="first_manager"),
]
