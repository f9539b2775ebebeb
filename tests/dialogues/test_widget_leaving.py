import pytest

from dialogues.models import Conversation
from routing.models import Because, State
from tests.dialogues.conftest import hidden_fields, phase

pytestmark = pytest.mark.django_db


def test_vera_stops_waiting(frame_of, vera, requested, alice):
    conversation = requested()

    response = frame_of(vera).post("cancel", conversation=conversation.pk)

    assert phase(response) == "ended"
    conversation.live_chat.refresh_from_db()
    assert conversation.live_chat.because == Because.CANCELLED


def test_who_cancels_too_late_is_in_the_chat(frame_of, vera, talking):
    response = frame_of(vera).post("cancel", conversation=talking.pk)

    assert phase(response) == "active"


def test_vera_stops_waiting_before_anybody_was_asked(frame_of, vera, talk_to_sales):
    conversation = Conversation.start(vera, talk_to_sales)
    for card, given in {"talk": "yes", "name": "Vera", "mail": "vera@kern.example"}.items():
        conversation.answer(card, given)
    assert phase(frame_of(vera).get()) == "waiting"

    response = frame_of(vera).post("cancel", conversation=conversation.pk)

    assert phase(response) == "ended"
    assert not Conversation.objects.waiting_for_request().exists()


def test_vera_ends_the_chat(frame_of, vera, talking):
    response = frame_of(vera).post("end", conversation=talking.pk)

    assert "The chat has ended" in response.text
    assert "Start a new chat" in response.text
    assert 'aria-label="Message"' not in response.text
    talking.live_chat.refresh_from_db()
    assert talking.live_chat.because == Because.VISITOR


def test_ending_twice_ends_once(frame_of, vera, talking):
    for _ in range(2):
        response = frame_of(vera).post("end", conversation=talking.pk)

    assert response.status_code == 200
    assert [message.body for message in talking.messages.all()].count("Vera ended the chat") == 1


def test_vera_ends_an_automated_conversation(frame_of, vera, talk_to_sales):
    conversation = Conversation.start(vera, talk_to_sales)

    response = frame_of(vera).post("end", conversation=conversation.pk)

    assert phase(response) == "ended"


def test_vera_ends_it_while_she_waits(frame_of, vera, requested, alice):
    conversation = requested()

    assert phase(frame_of(vera).post("end", conversation=conversation.pk)) == "ended"
    conversation.live_chat.refresh_from_db()
    assert conversation.live_chat.state == State.ENDED


def test_there_is_nothing_to_end_before_the_first_answer(widget, frame_of, vera, talk_to_sales):
    assert "End chat" not in widget.get().text

    Conversation.start(vera, talk_to_sales)
    assert "End chat" in frame_of(vera).get().text


def test_when_nobody_comes_vera_reads_the_fallback_and_may_start_again(frame_of, vera, requested):
    requested()

    page = frame_of(vera).get()

    assert phase(page) == "ended"
    assert "Nobody is free right now." in page.text
    assert "The chat has ended" not in page.text
    assert "Start a new chat" in page.text


def test_a_new_chat_begins_with_the_newest_version_and_is_a_row_at_its_first_answer(
    frame_of, vera, talking, publish, talk_to_sales
):
    frame = frame_of(vera)
    frame.post("end", conversation=talking.pk)
    newer = publish(talk_to_sales.read())

    opening = frame.post("new")

    assert phase(opening) == "asking"
    assert phase(frame.get("chat/?fresh")) == "asking"
    assert phase(frame.get()) == "ended"
    assert Conversation.objects.count() == 1
    frame.post("answer", **hidden_fields(opening.text), given="yes")
    assert Conversation.objects.open().get().stream == newer


def test_who_is_in_a_chat_cannot_start_another(frame_of, vera, talking):
    assert phase(frame_of(vera).post("new")) == "active"


def test_vera_comes_back_within_a_day_and_goes_on(frame_of, vera, talk_to_sales, clock):
    Conversation.start(vera, talk_to_sales).answer("talk", "yes")
    clock.move(hours=23, minutes=59)

    page = frame_of(vera).get()

    assert 'aria-label="What is your first name?"' in page.text


def test_vera_comes_back_after_a_day_and_begins_afresh(frame_of, vera, talk_to_sales, clock):
    old = Conversation.start(vera, talk_to_sales)
    old.answer("talk", "yes")
    clock.move(hours=24, minutes=1)

    page = frame_of(vera).get()
    frame_of(vera).post("answer", **hidden_fields(page.text), given="yes")

    assert "Yes, please</button>" in page.text
    old.refresh_from_db()
    assert old.ended_at
    assert Conversation.objects.open().get() != old


def test_an_ended_chat_is_shown_for_a_day(frame_of, vera, talking, clock):
    frame_of(vera).post("end", conversation=talking.pk)
    clock.move(hours=23)
    assert "Alice joined the chat" in frame_of(vera).get().text

    clock.move(hours=2)
    assert phase(frame_of(vera).get()) == "asking"


def test_vera_sees_who_she_talks_to_as_they_were_when_they_joined(frame_of, vera, talking, alice):
    alice.name, alice.picture = "Alicia", "pictures/new.png"
    alice.save()

    page = frame_of(vera).get().text

    assert '<h1 dir="auto">Alice</h1>' in page
    assert "new.png" not in page
    assert ">Live<" in page


def test_vera_is_warned_while_the_warning_stands(frame_of, vera, talking, clock):
    warning = "This chat ends in 2 minutes unless someone writes"
    assert warning not in frame_of(vera).get().text

    clock.move(minutes=8)
    talking.end_if_idle()

    assert warning in frame_of(vera).get().text


def test_the_countdown_counts_every_agent_who_may_be_asked(frame_of, vera, to_sales, requested, clock):
    conversation = requested()
    clock.move(seconds=40)
    assert 'seconds="60"' in frame_of(vera).get().text

    conversation.route = to_sales
    conversation.save()
    assert 'seconds="160"' in frame_of(vera).get().text


def test_the_page_knows_which_revision_it_shows(frame_of, vera, talking):
    before = revision(frame_of(vera).get())
    assert before == revision(frame_of(vera).get())

    assert revision(frame_of(vera).post("end", conversation=talking.pk)) != before


def revision(page):
    return page.text.split('data-revision="')[1].split('"')[0]
