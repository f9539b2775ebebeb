"""The live chat cards that visitors can come to, or will once a draft is published."""

from dataclasses import dataclass

from django.db.models import OuterRef, Q, Subquery

from dialogues.document import LiveChatCard
from dialogues.models import Dialogue, Stream
from routing.models import Route


@dataclass(frozen=True)
class Card:
    """A live chat card with the stream it is in and the route it names."""

    stream: Stream
    id: str
    route: Route

    def __str__(self):
        which = f"version {self.stream.number}" if self.stream.is_published else "draft"
        return f"{self.stream.dialogue} ({which}): {self.route}"

    @property
    def key(self):
        return f"{self.stream.pk}-{self.id}"

    @property
    def dialogue(self) -> Dialogue:
        return self.stream.dialogue


def live_chat_cards():
    """Those of every dialogue's live version and draft."""
    newest = Stream.objects.published().filter(dialogue=OuterRef("dialogue")).values("pk")[:1]
    streams = Stream.objects.filter(Q(published_at=None) | Q(pk=Subquery(newest)))
    routes = Route.objects.select_related("agent", "team__fallback_message").in_bulk()
    return [
        Card(stream, card.id, routes[card.route])
        for stream in streams.select_related("dialogue__fallback_message").order_by(
            "dialogue__priority", "dialogue", "number"
        )
        for card in stream.read().cards()
        if isinstance(card, LiveChatCard)
    ]
