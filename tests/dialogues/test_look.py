"""What visitors get of the look and the settings."""

import json
import re

import pytest

from dialogues.models import Appearance, Conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def looks():
    """Sets what Max has entered."""
    return lambda **fields: Appearance.objects.update(**fields)


def launcher(client):
    script = client.get("/widget.js").text
    return json.loads(re.search(r"= (\{.*\});$", script, re.MULTILINE)[1])["look"]


# The launcher


def test_the_launcher_looks_as_ever(client, talk_to_sales):
    assert launcher(client) | {"deep": ""} == {
        "side": "right",
        "edge": 20,
        "fill": "#2357e8",
        "ink": "#ffffff",
        "deep": "",
        "ring": "#2357e8",
    }


def test_the_launcher_has_the_colour_the_side_and_the_distance(client, talk_to_sales, looks):
    looks(colour="#ffee00", position="left", offset=48)

    look = launcher(client)

    assert (look["side"], look["edge"], look["fill"], look["ink"]) == ("left", 48, "#ffee00", "#000000")


# The frame's colours and font


def test_the_frame_looks_as_ever(client):
    assert client.get("/widget/look.css").text.strip() == ""


def test_the_frame_has_the_colour_by_day_and_by_night(client, looks):
    looks(colour="#ffee00")

    css = client.get("/widget/look.css").text

    day, night = css.split("@media (prefers-color-scheme: dark)")
    assert "--accent: #ffee00;" in day
    assert "--on-accent: #000000;" in day
    assert "--accent-ink: #ffee00;" in night
    assert "--accent-ink: #ffee00;" not in day


@pytest.mark.parametrize(
    ("colour", "edges"), [("#ffffff", 1), ("#171a21", 1), ("#008000", 0), ("#2357e8", 0)]
)
def test_what_looks_like_the_paper_gets_an_edge(client, looks, colour, edges):
    looks(colour=colour)

    assert client.get("/widget/look.css").text.count(".is-mine .message-body") == edges


def test_the_stylesheet_is_not_sent_twice(client, looks):
    looks(colour="#008000")
    first = client.get("/widget/look.css")

    again = client.get("/widget/look.css", headers={"If-None-Match": first["ETag"]})
    looks(colour="#800000")
    changed = client.get("/widget/look.css", headers={"If-None-Match": first["ETag"]})

    assert first["Content-Type"] == "text/css; charset=utf-8"
    assert first["Cache-Control"] == "public, max-age=300"
    assert again.status_code == 304
    assert changed.status_code == 200


def test_the_frame_brings_the_stylesheet_last(client):
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', client.get("/widget/").text)

    assert sheets[-1] == "/widget/look.css"


@pytest.mark.parametrize(("font", "family"), [("serif", "Georgia"), ("rounded", "Quicksand")])
def test_the_frame_has_the_font(client, looks, font, family):
    looks(font=font)

    assert family in client.get("/widget/look.css").text
    assert "data-font" not in client.get("/widget/").text


def test_the_page_s_own_font_is_left_to_the_page(client, looks):
    looks(font="page")

    assert "font-family" not in client.get("/widget/look.css").text
    assert 'data-font="page"' in client.get("/widget/").text


def test_the_bot_s_picture_stands_beside_its_messages_and_in_the_header(client, widget, talk_to_sales, looks):
    looks(bot_picture="pictures/robin.webp")

    assert 'url("/media/pictures/robin.webp")' in client.get("/widget/look.css").text
    assert 'src="/media/pictures/robin.webp"' in widget.get().text


# The bot and the agent


def test_the_bot_has_its_name(widget, talk_to_sales, looks):
    looks(bot_name="Robin <b>")

    page = widget.get().text

    assert '<h1 dir="auto">Robin &lt;b&gt;</h1>' in page
    assert 'bot-name="Robin &lt;b&gt;"' in page


def test_without_a_name_the_bot_is_called_as_the_site(widget, talk_to_sales, workspace):
    assert f'<h1 dir="auto">{workspace.name}</h1>' in widget.get().text


def test_alice_comes_with_her_own_name_and_without_the_bot_s_picture(frame_of, talking, looks):
    looks(bot_name="Robin", bot_picture="pictures/robin.webp")

    page = frame_of(talking.visitor).get().text

    assert '<h1 dir="auto">Alice</h1>' in page
    assert "robin.webp" not in page


# How it answers


def test_the_bot_takes_its_time(widget, talk_to_sales, looks):
    assert "bot-delay" not in widget.get().text

    looks(response_delay=800)

    assert 'bot-delay="800"' in widget.get().text


@pytest.mark.parametrize(
    ("language", "spoken"), [("nl-BE", "nl"), ("nl", "nl"), ("pt-BR", "pt-br"), ("de", "en"), ("", None)]
)
def test_what_the_bot_says_has_its_language(frame_of, vera, talk_to_sales, looks, language, spoken):
    looks(languages=["en", "nl", "pt-br"])
    Conversation.start(vera, talk_to_sales, language=language)

    page = frame_of(vera).get().text

    said = re.search(r'bot-language="([^"]*)"', page)
    assert (said and said[1]) == spoken


# The panel's foot


def test_there_is_no_foot_unless_there_is_something_in_it(client):
    assert "<footer" not in client.get("/widget/").text


def test_the_privacy_policy_is_linked(client, looks):
    looks(privacy_address="https://shop.example/privacy?a=1&b=2")

    page = client.get("/widget/").text

    assert (
        '<a href="https://shop.example/privacy?a=1&amp;b=2" target="_blank" rel="noopener">Privacy policy</a>'
        in page
    )
    assert "Mute sounds" not in page


def test_who_gets_a_sound_can_mute_it(client, looks):
    looks(sound="wood")

    page = client.get("/widget/").text

    assert '<message-sound sound="wood">' in page
    assert "Mute sounds" in page
    assert "message-sound.js" in page


def test_who_gets_no_sound_does_not_load_one(client):
    assert "message-sound" not in client.get("/widget/").text
