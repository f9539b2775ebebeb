from django.urls import path

from dialogues import pdfs, views
from dialogues.which import which

app_name = "dialogues"

urlpatterns = [
    path("widget.js", views.loader, name="loader"),
    path("widget/", views.frame, name="frame"),
    path("widget/look.css", views.look, name="look"),
    path("widget/which/", which, name="which"),
    path("widget/chat/", views.chat, name="chat"),
    path("widget/answer/", views.answer, name="answer"),
    path("widget/cancel/", views.cancel, name="cancel"),
    path("widget/end/", views.end, name="end"),
    path("widget/new/", views.new, name="new"),
    path("widget/documents/", pdfs.seen, name="document_seen"),
    path("widget/documents/<str:signed>/", pdfs.show, name="document"),
    path("widget/documents/<str:signed>/<str:name>", pdfs.show, name="document_file"),
]
