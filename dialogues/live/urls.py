from channels.auth import AuthMiddlewareStack
from django.urls import path

from dialogues.live.consumers import AgentConsumer, VisitorConsumer

urlpatterns = [
    # A visitor's token comes in the first frame: no session is looked up.
    path("ws/visitor/", VisitorConsumer.as_asgi()),
    path("ws/agent/", AuthMiddlewareStack(AgentConsumer.as_asgi())),
]
