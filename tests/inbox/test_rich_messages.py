import pytest

from dialogues.models import Author
from routing.models import Because
from tests.inbox.conftest import words_of

RICH = "<p>We are <b>out</b></p><ul><li>Write to us</li></ul>"
PLAIN = "We are out\n• Write to us"


@pytest.fixture
def told(talking):
    talking.post(PLAIN, html=RICH, author=Author.BOT)
    return talking


def test_alice_reads_what_the_bot_said_as_vera_does(at_alice_s, told):
    assert f">{RICH}</div>" in at_alice_s.get(f"/inbox/{told.pk}/").text


def test_her_list_and_her_download_have_the_plain_words(at_alice_s, told):
    assert "We are out • Write to us" in words_of(at_alice_s.get("/inbox/"))
    told.live_chat.end(because=Because.AGENT)
    assert "Automated dialogue: We are out\n" in at_alice_s.get(f"/inbox/{told.pk}/transcript.txt").text
