"""Max tries a draft in a real browser, from the add page to the words a visitor reads when nobody comes."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from dialogues.models import Conversation, Dialogue
from tests.racing import PROOF

SCREENS = [(width, scheme) for width in (1280, 768, 375) for scheme in ("light", "dark")]


def problems(page):
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


@pytest.fixture
def max_opens(somebody, shop):
    def max_opens(path, *, width=1280, **options):
        client = Client()
        client.force_login(User.objects.get(username="max"))
        page = somebody(**options)
        page.set_viewport_size({"width": width, "height": 900})
        cookie = {"name": "parley_session", "value": client.cookies["parley_session"].value, "url": shop.url}
        page.context.add_cookies([cookie])
        page.goto(f"{shop.url}/admin/dialogues/dialogue/{path}")
        return page

    return max_opens


def test_max_begins_with_a_ready_made_dialogue_and_talks_to_it(max_opens):
    page = max_opens("add/")
    assert problems(page) == []
    page.get_by_label("Name", exact=False).first.fill("Autumn")
    page.get_by_label("Talk to sales").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Preview").click()

    chat = page.frame_locator("iframe")
    chat.get_by_role("button", name="Yes, please").click()
    chat.get_by_label("What is your first name?").fill("Max")
    chat.get_by_role("button", name="Send").click()
    expect(chat.get_by_label("And your email address?")).to_be_visible()
    assert problems(page) == []
    chat.get_by_role("link", name="Jump to this card").last.click()

    page.wait_for_url("**/stream/?chosen=card*")
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(("width", "scheme"), SCREENS if PROOF else [(1280, "dark"), (375, "light")])
def test_nobody_comes_and_all_of_it_can_be_read(max_opens, scheme, width):
    dialogue = Dialogue.objects.first()
    page = max_opens(f"{dialogue.pk}/preview/", width=width, color_scheme=scheme)
    page.get_by_label("Agents").select_option(label="All available")
    with page.expect_event("framenavigated", lambda frame: frame.name == "preview"):
        page.get_by_role("button", name="Begin anew").click()
    chat = page.frame_locator("iframe")
    chat.locator(".responses button").first.click()
    for asked, given in {"First name": "Max", "Email": "max@kern.example"}.items():
        chat.get_by_label(asked, exact=True).fill(given)
        chat.get_by_role("button", name="Send").click()
    expect(chat.get_by_text("would be asked first")).to_be_visible()
    assert problems(page) == []

    chat.get_by_role("button", name="Nobody comes").click()

    expect(chat.get_by_text("the visitor reads the fallback message")).to_be_visible()
    assert problems(page) == []


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long_form)])
def test_what_does_not_fit_can_be_read(max_opens, scheme, tmp_path):
    page = max_opens("import/", width=768, color_scheme=scheme)
    assert problems(page) == []
    named = {
        "parley": "dialogue",
        "format": 1,
        "name": "Spring",
        "routes": {"7": {"method": "team", "team": "Abroad"}},
    }
    named["goals"] = {"1": {"name": "Asked"}}
    goal, end = {"card": "goal", "goal": 1, "id": "g"}, {"card": "live_chat", "route": 7, "id": "c"}
    file = tmp_path / "spring.json"
    file.write_text(json.dumps(named | {"document": {"start": {"cards": [goal], "end": end}}}))

    page.get_by_label("Exported dialogue").set_input_files(file)
    page.get_by_role("button", name="See what is in it").click()
    expect(page.get_by_text("There is no team “Abroad” here")).to_be_visible()
    assert problems(page) == []
    page.get_by_role("button", name="Import").click()

    expect(page.get_by_text("Imported as a draft")).to_be_visible()
    assert Dialogue.objects.get(name="Spring").draft
