import re
from datetime import timedelta
from urllib.parse import urlsplit

from django import template
from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format

from dialogues.models import Author
from routing.clock import clock
from routing.models import Offer

register = template.Library()

HUES = 6
UNKNOWN = "–"  # noqa: RUF001


@register.inclusion_tag("inbox/_offers.html", takes_context=True)
def offer_banner(context):
    """The oldest offer that waits for this agent, with how many there are."""
    agent = context["request"].agent
    offers = Offer.objects.answerable().filter(agent=agent)
    related = ["live_chat__route__agent", "live_chat__route__team", "decision"]
    conversation = ["live_chat__conversation__visitor", "live_chat__conversation__stream__dialogue"]
    waiting = list(offers.select_related(*related, *conversation))
    return {"offer": waiting[0] if waiting else None, "count": len(waiting)}


@register.simple_tag(takes_context=True)
def may_open_admin(context):
    return admin.site.has_permission(context["request"])


@register.filter
def seconds(left):
    return f"{left.total_seconds():.1f}"


@register.filter
def hue(person):
    """One of a few colours, always the same for the same person."""
    return person.pk % HUES


@register.filter
def initials(name):
    """At most two letters; a dash for who has no name."""
    words = [word for word in name.split() if word[0].isalpha()]
    chosen = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in chosen).upper() or UNKNOWN


@register.filter
def moment(at, now):
    """A time of today as 14:02, any other with its date."""
    at, now = timezone.localtime(at), timezone.localtime(now)
    if at.date() == now.date():
        return date_format(at, "H:i")
    return date_format(at, "j M, H:i" if at.year == now.year else "j M Y, H:i")


@register.filter
def availability(agent):
    """Available or Away, and what else there is to say about it."""
    word, rest = re.match(r"(\w+)(.*)", agent.in_words(clock())).groups()
    return word, rest


@register.filter
def is_told_by_the_clock(words):
    """Whether they name a time, so that it matters in which zone."""
    return bool(re.search(r"\d|midnight", words))


@register.filter
def seconds_from(at, now):
    """How long it is until then; never less than nothing."""
    return seconds(max(at - now, timedelta()))


@register.filter
def path(page):
    """Of a page's address what tells one page from another of the same site."""
    try:
        return urlsplit(page).path or ("/" if page else UNKNOWN)
    except ValueError:
        return page


@register.simple_tag
def said_by(message, conversation, agent):
    """What stands before a message in the list: the visitor's own stand for themselves."""
    if message.author != Author.AGENT:
        return ""
    return "You: " if message.author_id == agent.pk else f"{conversation.live_chat.agent_name}: "
