from django import template

from dialogues.document import LiveChatCard
from dialogues.models import Stream

register = template.Library()


@register.simple_tag
def cards_that_lead_to(agent):
    """What visitors are shown now and what is drafted, if it names this agent: pairs of a stream and how many live
    chat cards do."""
    streams = Stream.objects.filter(routes__agent=agent).select_related("dialogue").distinct()
    shown = [each for each in streams if not each.is_published or each == each.dialogue.live_stream]
    routes = set(agent.routes.values_list("pk", flat=True))
    return [(each, sum(_leads_to(card, routes) for card in each.read().cards())) for each in shown]


def _leads_to(card, routes):
    return isinstance(card, LiveChatCard) and card.route in routes
