from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.inbox.conftest import words_of


@pytest.fixture(autouse=True)
def own_media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def image(*, size=(640, 480), kind="JPEG", colour="red", **options):
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **options)
    return file.getvalue()


def save(browser, *, name="Alice", time_zone="", picture=None, **options):
    form = {"name": name, "time_zone": time_zone}
    if picture is not None:
        form["picture"] = SimpleUploadedFile("me.jpg", picture, content_type="image/jpeg")
    return browser.post("/profile/", form, follow=True, **options)


def test_alice_changes_what_visitors_see(at_alice_s, alice):
    page = save(at_alice_s, name=" Alice Liddell ", time_zone="Europe/Amsterdam")

    assert page.redirect_chain == [("/profile/", 302)]
    assert "Saved." in words_of(page)
    alice.refresh_from_db()
    assert (alice.name, alice.time_zone) == ("Alice Liddell", "Europe/Amsterdam")


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "Al\0ice"])
def test_a_name_that_cannot_be_shown_is_refused(at_alice_s, alice, name):
    page = save(at_alice_s, name=name)

    assert not page.redirect_chain
    assert "errorlist" in page.content.decode()
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_a_zone_that_does_not_exist_is_refused(at_alice_s, alice):
    assert "errorlist" in save(at_alice_s, time_zone="Mars/Olympus").content.decode()


def test_saving_the_profile_leaves_the_switch_alone(at_alice_s, alice, monkeypatch):
    """The row may have changed since the form read it."""
    from inbox.forms import ProfileForm

    full_clean = ProfileForm.full_clean

    def switch_off_meanwhile(form):
        alice.switch(available=False)
        full_clean(form)

    monkeypatch.setattr(ProfileForm, "full_clean", switch_off_meanwhile)
    save(at_alice_s, name="Alice Liddell")

    alice.refresh_from_db()
    assert alice.name == "Alice Liddell"
    assert not alice.is_available


def test_a_picture_becomes_a_small_square_without_its_notes(at_alice_s, alice):
    exif = Image.Exif()
    exif[0x010F] = "A camera"

    save(at_alice_s, picture=image(size=(1200, 800), exif=exif))

    alice.refresh_from_db()
    with Image.open(alice.picture.path) as kept:
        assert (kept.format, kept.size) == ("WEBP", (400, 400))
        assert not kept.getexif()


def test_a_picture_is_turned_the_way_it_was_taken(at_alice_s, alice):
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    taken = Image.new("RGB", (100, 100), "red")
    taken.paste("blue", (0, 50, 100, 100))
    file = BytesIO()
    taken.save(file, "JPEG", exif=exif)

    save(at_alice_s, picture=file.getvalue())

    alice.refresh_from_db()
    with Image.open(alice.picture.path) as kept:
        red, _, blue = kept.getpixel((50, 10))
        assert blue > 200 > red


def test_a_small_picture_is_not_blown_up(at_alice_s, alice):
    save(at_alice_s, picture=image(size=(90, 60), kind="PNG"))

    alice.refresh_from_db()
    with Image.open(alice.picture.path) as kept:
        assert kept.size == (60, 60)


@pytest.mark.parametrize(
    "not_a_picture",
    [
        b"GIF89a<script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        image()[:300],
        b"\0" * 99,
    ],
)
def test_an_image_that_is_not_an_image_is_refused_in_words(at_alice_s, alice, not_a_picture):
    page = save(at_alice_s, name="Alice Liddell", picture=not_a_picture)

    assert "This is not an image we can read." in words_of(page)
    assert 'value="Alice Liddell"' in page.content.decode()
    alice.refresh_from_db()
    assert not alice.picture
    assert alice.name == "Alice"


def test_a_picture_of_too_many_bytes_is_refused(at_alice_s, alice):
    page = save(at_alice_s, picture=image() + b"\0" * (5 * 1024 * 1024))

    assert "This image is too big." in words_of(page)


@pytest.mark.parametrize("side", [7_000, 10_000, 60_000])
def test_a_picture_of_too_many_pixels_is_refused_unread(at_alice_s, alice, side):
    claims = bytearray(image(size=(1, 1), kind="GIF"))
    claims[6:10] = 2 * side.to_bytes(2, "little")

    page = save(at_alice_s, picture=bytes(claims))

    assert "This image is too big." in words_of(page)


def test_a_running_chat_keeps_the_picture_it_began_with(at_alice_s, alice, requested):
    save(at_alice_s, picture=image(colour="red"))
    conversation = requested()
    alice.refresh_from_db()
    conversation.live_chat.accept(alice)

    save(at_alice_s, picture=image(colour="blue"))

    conversation.live_chat.refresh_from_db()
    alice.refresh_from_db()
    assert conversation.live_chat.agent_picture != alice.picture.name
    assert at_alice_s.get(f"/media/{conversation.live_chat.agent_picture}").status_code == 200


def test_saving_without_a_new_picture_keeps_the_old_one(at_alice_s, alice):
    save(at_alice_s, picture=image())
    alice.refresh_from_db()
    before = alice.picture.name

    save(at_alice_s, name="Alice Liddell")

    alice.refresh_from_db()
    assert alice.picture.name == before


def test_visitors_see_the_picture_and_it_can_do_nothing_else(at_alice_s, alice, client):
    save(at_alice_s, picture=image())
    alice.refresh_from_db()

    answer = client.get(alice.picture.url)

    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["nothing.webp", "../secret_key", "..%2fsecret.webp", "page.html", "picture.svg"]
)
def test_only_pictures_are_served(client, tmp_path, name):
    (tmp_path / "secret.webp").write_text("secret")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "page.html").write_text("<script>")
    (tmp_path / "pictures" / "picture.svg").write_text("<svg/>")

    assert client.get(f"/media/pictures/{name}").status_code == 404


def test_alice_can_only_change_herself(at_alice_s, alice, bob):
    save(at_alice_s, name="Alice Liddell")

    bob.refresh_from_db()
    assert bob.name == "Bob"
