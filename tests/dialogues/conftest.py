import re

import pytest

from dialogues.models import Conversation
from tests.dialogues.stream_page import Page
from tests.dialogues.walking import stream_of, yes_or_no


class Widget:
    """Asks as a visitor's frame does, and keeps the token it was given."""

    def __init__(self, client, token=""):
        self.client, self.token = client, token

    def get(self, path="chat/"):
        return self._keep(self.client.get(f"/widget/{path}", headers=self._headers()))

    def post(self, path, **form):
        return self._keep(self.client.post(f"/widget/{path}/", form, headers=self._headers()))

    def answer(self, card, given, **form):
        """Answers what is shown, in the conversation that is shown."""
        shown = hidden_fields(self.get().text)
        return self.post("answer", **{**shown, "card": card, "given": given, **form})

    def _headers(self):
        return {"Authorization": f"Visitor {self.token}"} if self.token else {}

    def _keep(self, response):
        self.token = response.headers.get("Visitor-Token", self.token)
        assert not response.cookies
        return response


@pytest.fixture
def at_name(talk_to_sales, vera):
    """Vera has just been asked for her first name."""
    conversation = Conversation.start(vera, talk_to_sales)
    conversation.answer("talk", "yes")
    return conversation


@pytest.fixture
def widget(client):
    """The frame of somebody who has never been here."""
    return Widget(client)


@pytest.fixture
def frame_of(client):
    """The frame of a visitor who is known."""
    return lambda visitor: Widget(client, visitor.token)


def hidden_fields(page):
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def phase(response):
    return re.search(r'data-phase="(\w+)"', response.text)[1]


@pytest.fixture
def dialogue(talk_to_sales):
    """A question; below yes: name, mail, a live chat card; below no: a message. Published as version 1."""
    return talk_to_sales.dialogue


@pytest.fixture
def max_edits(client, max, dialogue):
    client.force_login(max)
    return Page(client, dialogue)


@pytest.fixture
def walk(db):
    """What happens to somebody who begins with these cards, and the card they come to stand on."""

    def walk(*cards, end=None, **known):
        walk = stream_of(*cards, end=end or yes_or_no()).walk(known).begin()
        return walk.happenings, walk.card

    return walk
