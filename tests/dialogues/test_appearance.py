"""The page "Look and settings", and what it makes of what is entered."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from dialogues.colours import BY_DAY, BY_NIGHT, WORDS_NEED, Accent
from dialogues.models import Appearance

pytestmark = pytest.mark.django_db
PAGE = "/admin/dialogues/appearance/"
COLOURS = ["#2357e8", "#ffee00", "#ffffff", "#000000", "#808080", "#777777", "#ff0000", "#00ff00", "#0000ff"]
FILLED = {
    "is_chat_enabled": "on",
    "colour": "#2357e8",
    "font": "system",
    "position": "right",
    "offset": "20",
    "bot_name": "",
    "response_delay": "0",
    "sound": "",
    "privacy_address": "",
    "blocked_email_domains": "",
    "languages": "en",
}


@pytest.fixture(autouse=True)
def pictures_of_this_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def max_fills_in(client, max):
    """Sends the page with what Max changes; returns the answer."""
    client.force_login(max)
    return lambda **changed: client.post(f"{PAGE}1/change/", FILLED | changed)


def look():
    return Appearance.objects.get()


def troubles(response):
    return response.context["adminform"].form.errors


@pytest.fixture
def somebody_of(client):
    def somebody_of(role):
        user = User.objects.create(username=role)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return somebody_of


# Colours


@pytest.mark.parametrize("colour", COLOURS)
def test_words_can_be_read_whatever_the_colour(colour):
    accent = Accent(colour)

    assert accent.ink.contrast(accent.colour) >= WORDS_NEED
    assert accent.ink.contrast(accent.deep) >= WORDS_NEED
    assert accent.by_day.contrast(BY_DAY) >= WORDS_NEED
    assert accent.by_night.contrast(BY_NIGHT) >= WORDS_NEED
    assert accent.deep != accent.colour


def test_every_twentieth_grey_and_hue_can_be_read():
    for red in range(0, 256, 51):
        for green in range(0, 256, 51):
            for blue in range(0, 256, 51):
                accent = Accent(f"#{red:02x}{green:02x}{blue:02x}")
                for ground in (accent.colour, accent.deep):
                    assert accent.ink.contrast(ground) >= WORDS_NEED, accent.colour


def test_max_is_told_why_words_are_black(client, max):
    client.force_login(max)

    page = client.get(f"{PAGE}preview/", {"colour": "#ffee00"}).text

    assert "White on #ffee00 has a contrast of 1.2; words need 4.5. So they are black" in page
    assert "there it is darkened to #" in page
    assert 'fill="#ffee00"' in page


def test_a_contrast_just_too_low_is_not_rounded_up():
    assert "contrast of 4.4;" in Accent("#777777").in_words


@pytest.mark.parametrize("written", ["#FFEE00", "ffee00", "#fe0", " #ffee00 "])
def test_a_colour_is_taken_as_people_write_it(max_fills_in, written):
    max_fills_in(colour=written)

    assert look().colour == "#ffee00"


@pytest.mark.parametrize(
    "written", ["red", "#12345", "#gggggg", "#fff;}body{display:none", "url(//x.example)", "#ffee00\n}", ""]
)
def test_what_is_no_colour_is_refused(max_fills_in, written):
    response = max_fills_in(colour=written)

    assert troubles(response).keys() == {"colour"}
    assert look().colour == "#2357e8"


@pytest.mark.parametrize("written", ['"><script>', "#ff", "javascript:1", ""])
def test_a_preview_of_what_is_no_colour_says_so(client, max, written):
    client.force_login(max)

    page = client.get(f"{PAGE}preview/", {"colour": written, "font": "evil", "position": "<b>"}).text

    assert "Enter a colour such as #2357e8." in page
    assert "<svg" not in page
    assert "<script" not in page


def test_a_preview_shows_a_name_as_it_is(client, max):
    client.force_login(max)

    page = client.get(f"{PAGE}preview/", {"colour": "#123456", "bot_name": "<b>Bo</b>"}).text

    assert "&lt;b&gt;Bo" in page
    assert "<b>" not in page


def test_the_page_has_no_style_or_script_of_its_own(client, max):
    client.force_login(max)

    page = client.get(f"{PAGE}1/change/").text

    assert "<look-preview" in page
    assert "style=" not in page.split("<look-preview")[1].split("</look-preview>")[0]


# The rest of the page


def test_max_changes_all_of_it(max_fills_in):
    response = max_fills_in(
        font="serif",
        position="left",
        offset="0",
        bot_name="Robin",
        response_delay="800",
        sound="bell",
        poke_on_mobile="on",
        privacy_address="https://shop.example/privacy",
        blocked_email_domains="gmail.com\n @Yahoo.COM \n\ngmail.com\nanna@münchen.example",
        languages="en\nNL\npt_BR",
    )

    assert response.status_code == 302
    appearance = look()
    assert (appearance.font, appearance.position, appearance.offset) == ("serif", "left", 0)
    assert (appearance.bot_name, appearance.response_delay, appearance.sound) == ("Robin", 800, "bell")
    assert appearance.poke_on_mobile
    assert appearance.blocked_email_domains == ["gmail.com", "yahoo.com", "xn--mnchen-3ya.example"]
    assert appearance.languages == ["en", "nl", "pt-br"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("offset", "201"),
        ("offset", "-1"),
        ("response_delay", "5001"),
        ("position", "middle"),
        ("sound", "siren"),
        ("font", "Comic Sans; }"),
        ("privacy_address", "javascript:alert(1)"),
        ("privacy_address", "data:text/html,x"),
        ("privacy_address", "shop"),
        ("blocked_email_domains", "gmail"),
        ("blocked_email_domains", "gmail.com, yahoo.com"),
        ("languages", ""),
        ("languages", "english"),
        ("languages", '"><script>'),
        ("bot_name", "x" * 81),
    ],
)
def test_what_makes_no_sense_is_refused(max_fills_in, field, value):
    response = max_fills_in(**{field: value})

    assert troubles(response).keys() == {field}


def test_each_wrong_line_is_named(max_fills_in):
    response = max_fills_in(blocked_email_domains="gmail\ngood.example\n<b>")

    assert "“gmail” is no domain: write it as example.com" in troubles(response)["blocked_email_domains"]
    assert "“&lt;b&gt;” is no domain" in response.text


def test_the_bot_gets_a_picture_and_loses_it_again(max_fills_in):
    file = BytesIO()
    Image.new("RGB", (600, 300), "red").save(file, "PNG")

    max_fills_in(bot_picture=SimpleUploadedFile("bot.png", file.getvalue()))
    kept = look().bot_picture.name
    with default_storage.open(kept) as picture:
        assert Image.open(picture).size == (300, 300)

    max_fills_in()
    assert look().bot_picture.name == kept
    max_fills_in(**{"bot_picture-clear": "on"})
    assert not look().bot_picture


def test_a_picture_that_is_none_is_refused(max_fills_in):
    response = max_fills_in(bot_picture=SimpleUploadedFile("bot.png", b"<svg onload=alert(1)>"))

    assert "This is not an image we can read" in response.text


def test_a_marketing_admin_changes_it(somebody_of):
    response = somebody_of("Marketing Admin").post(f"{PAGE}1/change/", FILLED | {"colour": "#008000"})

    assert response.status_code == 302
    assert look().colour == "#008000"


def test_a_marketing_user_sees_it_and_changes_nothing(somebody_of):
    client = somebody_of("Marketing User")

    assert "#2357e8" in client.get(f"{PAGE}1/change/").text
    assert client.post(f"{PAGE}1/change/", FILLED | {"colour": "#008000"}).status_code == 403
    assert look().colour == "#2357e8"


def test_a_manager_changes_it(somebody_of):
    somebody_of("Sales Admin").post(f"{PAGE}1/change/", FILLED | {"position": "left"})

    assert look().position == "left"


def test_its_list_leads_straight_to_it(client, max):
    client.force_login(max)

    assert "<look-preview" in client.get(PAGE).text
    assert client.get(f"{PAGE}add/").status_code == 403
    assert client.get(f"{PAGE}1/delete/").status_code == 403
