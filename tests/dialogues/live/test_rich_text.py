import json
import uuid
from datetime import UTC, datetime

import pytest

from dialogues.live import hub
from dialogues.live.frames import message_frame
from dialogues.models import Author
from tests.dialogues.live.test_reader import reader  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
RICH = "<p>We are <b>out</b></p>"


def test_a_page_carries_markup_for_what_has_some_and_no_byte_for_what_has_none(reader, talking, vera):  # noqa: F811
    before = talking.length
    talking.post("We are out", html=RICH, author=Author.BOT)
    talking.post("<b>x</b>", author=Author.VISITOR, author_id=vera.pk)

    [rich, plain], _ = reader.page("visitor", vera.pk, talking.pk, before)

    assert (rich["html"], rich["body"]) == (RICH, "We are out")
    assert list(plain) == ["position", "id", "author", "body", "at"]


def test_a_frame_carries_markup_only_where_there_is_some():
    given = [17, 46, uuid.uuid4(), "bot", "We are out", datetime(2026, 6, 10, 12, tzinfo=UTC)]

    assert json.loads(message_frame(*given, html=RICH)).pop("html") == RICH
    assert message_frame(*given, html="") == message_frame(*given)
    assert "html" not in message_frame(*given)


def test_news_of_a_rich_message_has_its_markup(talking, vera):
    message = talking.post("We are out", html=RICH, author=Author.BOT)

    assert json.loads(hub._frame("visitor", vera.pk, None, message))["html"] == RICH
