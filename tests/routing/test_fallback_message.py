"""What a visitor reads when nobody comes: the first that says something, in the visitor's language."""

from uuid import uuid4

import pytest

from routing.models import Because, FallbackMessage, LiveChat, Team, Workspace


@pytest.fixture
def write(db):
    """Writes a fallback message: texts by language, "" for all others."""

    def write(name, **texts):
        message = FallbackMessage.objects.create(name=name)
        for language, html in texts.items():
            message.texts.create(language=language.removeprefix("others").replace("_", "-"), html=html)
        return message

    return write


@pytest.fixture
def everybody_s(write):
    message = write("Everybody", others="Everybody's", nl="Voor iedereen")
    Workspace.objects.update(fallback_message=message)
    return message


@pytest.fixture
def team_s(write, sales):
    sales.fallback_message = write("Sales", others="The team's", nl="Van het team")
    sales.save()
    sales.members.clear()


@pytest.fixture
def read(to_sales):
    def read(fallback=None, **attributes):
        route = type(to_sales).objects.get(pk=to_sales.pk)
        live_chat = LiveChat.request(
            visitor_key=uuid4(), route=route, attributes=attributes, fallback=fallback
        )
        return live_chat.fallback_message

    return read


def test_the_dialogue_s_comes_before_the_team_s_and_that_before_everybody_s(
    read, write, everybody_s, team_s, sales
):
    assert read(write("Dialogue", others="The dialogue's")) == "The dialogue's"
    assert read() == "The team's"

    Team.objects.update(fallback_message=None)

    assert read() == "Everybody's"


def test_where_nothing_is_written_the_standard_text_is_read(read, sales):
    sales.members.clear()

    assert read().startswith("Nobody is free right now.")
    assert read(language="nl-BE").startswith("Er is nu niemand vrij.")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl-BE", "Vlaams"),
        ("nl-be", "Vlaams"),
        ("nl-NL", "Nederlands"),
        ("nl", "Nederlands"),
        ("de", "All others"),
        ("", "All others"),
        (None, "All others"),
    ],
)
def test_a_visitor_reads_their_language_or_what_it_is_a_form_of_or_what_all_others_read(
    read, write, sales, language, text
):
    sales.members.clear()
    message = write("Lunch", nl_be="Vlaams", nl="Nederlands", others="All others")

    assert read(message, language=language) == text


def test_a_message_that_says_nothing_in_this_language_is_passed_over(read, write, team_s):
    only_dutch = write("Dialogue", nl="Nederlands")

    assert read(only_dutch, language="fr") == "The team's"
    assert read(only_dutch, language="nl") == "Nederlands"


def test_the_plan_is_everybody_s_affair(read, write, everybody_s, team_s, select):
    own = write("Dialogue", others="The dialogue's")

    assert read(own) == "Everybody's"
    assert LiveChat.objects.get().because == Because.PLAN


def test_rich_text_is_kept_beside_what_it_says(read, write, sales):
    sales.members.clear()
    read(write("Rich", others='<p>Come <b>back</b> <a href="https://kern.example">soon</a> 🙂</p>'))

    live_chat = LiveChat.objects.get()
    assert "<b>back</b>" in live_chat.fallback_html
    assert "Come back" in live_chat.fallback_message
    assert "<" not in live_chat.fallback_message


def test_a_language_that_is_none_is_like_all_others(read, sales):
    sales.members.clear()

    assert read(language=7).startswith("Nobody is free")


def test_a_chat_that_was_left_alone_reads_it_too(ask, to_sales, team_s, sales, alice, bob):
    sales.members.add(alice)
    bob.switch(available=False)
    live_chat = ask(type(to_sales).objects.get(pk=to_sales.pk))
    live_chat.accept(alice)
    alice.deactivate()

    live_chat.refresh_from_db()
    assert (live_chat.because, live_chat.fallback_message) == (Because.LEFT_ALONE, "The team's")
