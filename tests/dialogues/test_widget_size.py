"""All that opening the widget adds to a page, counted as it goes over the wire."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from dialogues.models import Appearance

pytestmark = pytest.mark.django_db
MOST = 30 * 1000


@pytest.mark.parametrize(
    ("look", "count"), [({}, 8), ({"colour": "#ffee00", "sound": "bell", "font": "serif"}, 9)]
)
def test_opening_adds_at_most_30_kb(client, talking, look, count):
    Appearance.objects.update(**look)
    zipped = {"Accept-Encoding": "gzip"}
    frame = client.get("/widget/", headers=zipped)
    own = client.get("/widget/look.css", headers=zipped)
    token = {"Authorization": f"Visitor {talking.visitor.token}"}
    chat = client.get("/widget/chat/", headers=zipped | token)
    names = re.findall(r'(?:href|src)="/static/([^"]+)"', gzip.decompress(frame.content).decode())

    files = {name: len(_as_sent(name)) for name in names}

    assert len(files) == count, "the frame's own files, all of them"
    pages = len(frame.content) + len(own.content) + len(chat.content)
    assert sum(files.values()) + pages <= MOST, files


def test_styles_and_scripts_bring_nothing_else_along(client, db):
    names = re.findall(r'(?:href|src)="/static/([^"]+)"', client.get("/widget/").text)
    for name in names:
        text = Path(finders.find(name)).read_text()
        assert not re.search(r"url\(|@import|^import |import\(", text, re.MULTILINE), name


def _as_sent(name):
    """As whitenoise stores it for browsers that do not know brotli, which would be smaller."""
    return gzip.compress(Path(finders.find(name)).read_bytes(), compresslevel=9)
