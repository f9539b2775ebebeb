import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
# The static files, which are small: reading one whole is what we want.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  Django must be set up first

from dialogues.live import hub  # noqa: E402
from dialogues.live.urls import urlpatterns  # noqa: E402


async def lifespan(scope, receive, send):
    """Starts nothing: the hub starts on first use. At the end it writes what it has taken in."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await hub.stop_here()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = ProtocolTypeRouter({"http": http, "websocket": URLRouter(urlpatterns), "lifespan": lifespan})
