"""Which dialogue is for a page, and when: what the loader on it is told, and asks if it is not the same for all."""

import msgspec
from django.core import signing
from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from msgspec import Struct

from dialogues.audience import Visit, events_of, is_for_everybody
from dialogues.facts import address_in, facts_of
from dialogues.models import Appearance, Stream, Visitor
from routing.models import Workspace

LONGEST_QUESTION_BYTES = 16_384


class Question(Struct, rename="camel", forbid_unknown_fields=True):
    """Who asks, if they have a token, and from where."""

    token: str = ""
    page: str = ""
    referrer: str = ""
    is_returning: bool = False

    @property
    def visitor(self):
        try:
            return Visitor.objects.of_token(self.token)
        except (signing.BadSignature, ValueError):
            return Visitor()


@csrf_exempt
@never_cache
@require_POST
def which(request):
    """The body is JSON under the name of plain text, so that a browser asks another site without asking first."""
    try:
        question = msgspec.json.decode(request.read(LONGEST_QUESTION_BYTES), type=Question)
    except ValueError:
        return HttpResponseBadRequest("This is no question.", content_type="text/plain")
    return JsonResponse(_answer(question, request), headers={"Access-Control-Allow-Origin": "*"})


def config():
    """What the loader brings along, the same for everybody: whether it has to ask, and what it shows if it has not."""
    look, streams = Appearance.objects.get(), list(Stream.objects.live())
    first = streams[0] if streams else None
    asks = first is not None and not (is_for_everybody(first.dialogue) and first.pokes_all_alike)
    return {
        "name": Workspace.objects.get().name,
        "asks": asks,
        "counts": asks and any(events_of(stream.dialogue) for stream in streams),
        "pokesPhones": look.poke_on_mobile,
        **_shown(None if asks else first, Visit()),
    }


def _answer(question, request):
    visitor = question.visitor
    if visitor.is_in_conversation:
        return {"shows": True}
    asked = {"page": address_in(question.page), "referrer": address_in(question.referrer)}
    visit = visitor.visit(facts_of(request) | asked, is_returning=question.is_returning)
    return _shown(Stream.objects.to_show(visit), visit)


def _shown(stream, visit):
    if stream is None:
        return {"shows": False}
    return {
        "shows": True,
        "dialogue": stream.dialogue_id,
        "poke": stream.poke(visit),
        "after": events_of(stream.dialogue),
    }
