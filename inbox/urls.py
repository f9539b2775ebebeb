from django.urls import path, re_path
from django.views.generic import RedirectView

from inbox import profile, views

app_name = "inbox"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox:home"), name="root"),
    # /inbox/
    path("inbox/", views.home, name="home"),
    path("inbox/list/", views.list_pane, name="list"),
    path("inbox/availability/", views.availability, name="availability"),
    # /inbox/<conversation>/
    path("inbox/<int:pk>/", views.conversation, name="conversation"),
    path("inbox/<int:pk>/pane/", views.conversation_pane, name="conversation_pane"),
    path("inbox/<int:pk>/end/", views.end, name="end"),
    path("inbox/<int:pk>/transcript.txt", views.transcript, name="transcript"),
    # /inbox/offers/<offer>/
    path("inbox/offers/", views.offers_pane, name="offers"),
    path("inbox/offers/<int:pk>/accept/", views.accept, name="accept"),
    path("inbox/offers/<int:pk>/decline/", views.decline, name="decline"),
    # One's own
    path("profile/", profile.profile, name="profile"),
    re_path(r"^media/pictures/(?P<name>[\w-]+\.(?:webp|png|jpe?g|gif))$", profile.picture, name="picture"),
]
