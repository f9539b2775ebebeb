"""Max changes one agent: the name, the picture and the hours, or lets in again who was deactivated."""

import re
from datetime import time, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from routing.models import HoursBlock, LiveChat, State
from tests.routing.agent_pages import LIST, page_of, words_of


def save(browser, agent, **entered):
    form = browser.get(page_of(agent)).context["adminform"].form
    return browser.post(page_of(agent), {"name": agent.name, "hours-seen": form.hours.seen} | entered)


def test_max_enters_the_hours_of_alice(as_max, alice):
    answer = save(
        as_max,
        alice,
        time_zone="Europe/Amsterdam",
        **{"wednesday-begins": ["09:00", "15:00"], "wednesday-ends": ["12:30", "17:30"]},
    )

    assert answer.url == LIST
    alice.refresh_from_db()
    # It is two in the afternoon in Amsterdam, and Alice had switched to available until midnight.
    assert alice.in_words(alice.settle_at - timedelta(seconds=1)).startswith("Available")
    assert [str(block) for block in alice.hours_blocks.all()] == [
        "Wednesday 09:00 to 12:30",
        "Wednesday 15:00 to 17:30",
    ]
    assert "hours" in words_of(as_max.get(f"{LIST}{alice.pk}/history/"))


def test_hours_that_max_did_not_touch_stay(as_max, alice):
    HoursBlock.objects.create(agent=alice, weekday=0, begins=time(9), ends=time(17))

    as_max.post(page_of(alice), {"name": "Alice Bell"})

    alice.refresh_from_db()
    assert (alice.name, alice.hours_blocks.count()) == ("Alice Bell", 1)


def test_a_usual_week_is_laid_out_and_not_saved_yet(as_max, alice):
    answer = save(as_max, alice, **{"hours-arrange": "usual"})

    assert "As entered above, and not saved yet." in words_of(answer)
    assert "Please correct the error" not in words_of(answer)
    assert 'value="17:00"' in answer.content.decode()
    assert not alice.hours_blocks.exists()


def test_a_mistake_stands_beside_its_field_and_saves_nothing(as_max, alice):
    answer = save(as_max, alice, name="Alice Bell", **{"monday-begins": ["09:00"], "monday-ends": [""]})

    assert "Enter both times, or neither." in words_of(answer)
    assert "The hours cannot be saved like this." in words_of(answer)
    alice.refresh_from_db()
    assert (alice.name, alice.hours_blocks.count()) == ("Alice", 0)


def test_the_switch_that_alice_touches_meanwhile_stays(as_max, alice):
    form = as_max.get(page_of(alice)).context["adminform"].form
    alice.switch(available=False)

    rows = {"friday-begins": ["09:00"], "friday-ends": ["17:00"]}
    as_max.post(page_of(alice), {"name": "Alice", "hours-seen": form.hours.seen} | rows)

    alice.refresh_from_db()
    assert not alice.is_available
    assert alice.hours_blocks.count() == 1


def test_a_picture_is_made_small_whoever_brings_it(as_max, alice, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = BytesIO()
    Image.new("RGB", (640, 480), "red").save(file, "JPEG")

    save(as_max, alice, picture=SimpleUploadedFile("me.jpg", file.getvalue(), content_type="image/jpeg"))

    alice.refresh_from_db()
    with Image.open(alice.picture.path) as kept:
        assert (kept.format, kept.size) == ("WEBP", (400, 400))
    assert alice.picture.url in as_max.get(LIST).content.decode()


def test_enter_saves_and_lays_nothing_out(as_max, alice):
    form = as_max.get(page_of(alice)).content.decode().split('id="agent_form"')[1]

    assert re.search(r"<button[^>]*>", form)[0] == '<button type="submit" name="_save" value="Save" hidden>'


def test_max_activates_dana_again(as_max, dana, ask):
    page = as_max.get(page_of(dana)).content.decode()
    assert "Activate again" in page
    assert "?agent=" not in page

    answer = as_max.post(f"{LIST}{dana.pk}/activate/", follow=True)

    assert "Dana can sign in again" in words_of(answer)
    assert ask().state == State.OFFERED
    assert LiveChat.objects.get().offers.get().agent == dana
