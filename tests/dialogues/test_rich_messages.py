import pytest
from django.db import IntegrityError, transaction

from dialogues.models import Author, Message
from routing.models import FallbackMessage

RICH = "<p>We are <b>out</b> 🌴</p><ul><li>Write to us</li></ul>"
PLAIN = "We are out 🌴\n• Write to us"
EVIL = '<p onclick="x()">Hi</p><script>x()</script><img src=x onerror=x()><a href="javascript:x()">here</a>'


def test_what_is_posted_is_kept_as_rich_text_and_as_plain_text(talking):
    talking.post(PLAIN, html=RICH, author=Author.BOT)

    message = talking.messages.last()
    assert (message.html, message.body) == (RICH, PLAIN)


def test_what_is_posted_is_cleaned(talking):
    talking.post("Hi here", html=EVIL, author=Author.BOT)

    assert talking.messages.last().html == "<p>Hi</p>here"


@pytest.mark.parametrize("author", [Author.VISITOR, Author.AGENT])
def test_people_write_no_markup(talking, author):
    with pytest.raises(IntegrityError, match="people_write_no_html"), transaction.atomic():
        talking.post(PLAIN, html=RICH, author=author)

    assert talking.post("<b>x</b>", author=author).html == ""


def test_the_fallback_message_comes_as_it_was_written(requested, workspace, alice):
    workspace.fallback_message = FallbackMessage.objects.create(name="Out")
    workspace.fallback_message.texts.create(html=RICH)
    workspace.save()

    conversation = requested()
    conversation.live_chat.decline(alice)

    message = conversation.messages.last()
    assert (message.html, message.author) == (RICH, Author.BOT)
    assert message.body.startswith("We are out 🌴")


def test_vera_s_page_shows_it_rich_and_what_she_wrote_as_it_is(frame_of, talking, vera):
    talking.post(PLAIN, html=RICH, author=Author.BOT)
    talking.post("<b>not bold</b>", author=Author.VISITOR, author_id=vera.pk)

    page = " ".join(frame_of(vera).get().text.split())

    assert f'<div class="message-body is-rich" dir="auto">{RICH}</div>' in page
    assert '<div class="message-body" dir="auto">&lt;b&gt;not bold&lt;/b&gt;</div>' in page


def test_a_row_that_was_written_by_hand_can_do_no_harm(frame_of, talking, vera):
    talking.post("Hi here", html=RICH, author=Author.BOT)
    Message.objects.filter(html=RICH).update(html=EVIL)

    page = frame_of(vera).get().text

    assert "<p>Hi</p>here</div>" in page
    assert "x()" not in page
