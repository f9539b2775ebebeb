import json
import re

import pytest
import redis
from django.conf import settings
from django.test import Client

from dialogues.live.relay import channel
from dialogues.models import Visitor


@pytest.fixture
def signed_in():
    """A browser in which this agent, or this user, is signed in."""

    def signed_in(person, **options):
        client = Client(**options)
        client.force_login(getattr(person, "user", person))
        return client

    return signed_in


@pytest.fixture
def at_alice_s(signed_in, alice):
    return signed_in(alice)


@pytest.fixture
def another_visitor(db):
    """Somebody else than Vera; without a first name unless one is told."""

    def another_visitor(first_name="", **attributes):
        return Visitor.objects.create(
            attributes=attributes | ({"first_name": first_name} if first_name else {})
        )

    return another_visitor


@pytest.fixture
def accepted(requested):
    """Any number of conversations, each with a visitor of its own, that this agent has accepted."""

    def accepted(agent, *names):
        conversations = []
        for name in names:
            visitor = Visitor.objects.create()
            conversation = requested(visitor)
            Visitor.objects.filter(pk=visitor.pk).update(attributes={"first_name": name})
            conversation.live_chat.accept(agent)
            conversation.refresh_from_db()
            conversations.append(conversation)
        return conversations

    return accepted


@pytest.fixture
def news(django_capture_on_commit_callbacks):
    """What the pages hear while something is done, as pairs of a topic and a pane."""

    def news(act):
        listening = redis.Redis.from_url(settings.REDIS_URL).pubsub()
        listening.subscribe(channel())
        assert listening.get_message(timeout=5)["type"] == "subscribe"
        with django_capture_on_commit_callbacks(execute=True):
            act()
        heard = []
        while said := listening.get_message(timeout=0.05):
            for topics, frame in json.loads(said["data"])["news"]:
                heard += [(topic, json.loads(frame).get("pane")) for topic in topics]
        listening.connection_pool.disconnect()
        return heard

    return news


def words_of(response):
    """The text of a page, as somebody reads it."""
    text = re.sub(r"<(script|style|template)\b.*?</\1>|<[^>]*>", " ", response.content.decode(), flags=re.S)
    return " ".join(text.split())
