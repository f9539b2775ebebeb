"""Which pages show a dialogue, when, and how it draws near: in a browser, whose clock is moved by hand."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from dialogues.models import Appearance, Dialogue
from tests.system.conftest import AtShop

DAY_MS = 24 * 60 * 60 * 1000
QUESTION = "Would you like to talk to someone"


@pytest.fixture
def dialogue(shop):
    """The demo's dialogue, for some."""

    def dialogue(**fields):
        Dialogue.objects.update(**fields)

    return dialogue


class AtPage:
    def __init__(self, page, shop):
        self.page, self.shop = page, shop
        page.clock.install()

    def goes_to(self, query=""):
        with self.page.expect_response("**/widget.js"):
            self.page.goto(f"{self.shop.url}/demo/{query}")
        self.page.wait_for_load_state("networkidle")
        return self

    @property
    def launcher(self):
        return self.page.get_by_role("button", name="Open chat")

    @property
    def poke(self):
        return self.page.get_by_role("button", name=QUESTION)

    def waits(self, seconds):
        self.page.clock.run_for(seconds * 1000)


@pytest.fixture
def vera_at(somebody, shop):
    def vera_at(query="", **options):
        return AtPage(somebody(**options), shop).goes_to(query)

    return vera_at


def test_a_page_that_is_meant_shows_it_and_another_does_not(vera_at, dialogue, shop):
    dialogue(targets=[f"{shop.url}/demo/?plan=pro"])
    vera = vera_at("?plan=pro")
    expect(vera.launcher).to_be_visible()

    vera.goes_to("?plan=one")
    vera.waits(5)

    expect(vera.launcher).to_have_count(0)


@pytest.mark.long_form
def test_a_page_that_becomes_another_without_loading(vera_at, dialogue, shop):
    dialogue(targets=[f"{shop.url}/demo/#plans"])
    vera = vera_at()
    expect(vera.launcher).to_have_count(0)

    vera.page.evaluate("location.hash = 'plans'")
    expect(vera.launcher).to_be_visible()

    vera.page.evaluate("history.pushState({}, '', '#questions')")
    expect(vera.launcher).to_have_count(0)


def test_7_time_on_a_page_adds_up(vera_at, dialogue):
    dialogue(seconds_on_page=30)
    vera = vera_at()
    vera.waits(10)
    vera.page.goto("about:blank")
    vera.goes_to()
    vera.waits(19)
    expect(vera.launcher).to_have_count(0)

    vera.waits(2)

    expect(vera.launcher).to_be_visible()


def test_8_what_was_met_in_an_earlier_session_shows_at_once(vera_at, dialogue):
    dialogue(seconds_on_site=20)
    vera = vera_at()
    vera.waits(21)
    expect(vera.launcher).to_be_visible()
    vera.page.goto("about:blank")

    vera.page.clock.fast_forward(3 * DAY_MS)
    vera.goes_to("?another=page")

    expect(vera.launcher).to_be_visible()


def test_it_waits_until_vera_has_scrolled_half_way(vera_at, dialogue):
    dialogue(scroll_percent=50)
    vera = vera_at()
    vera.waits(60)
    expect(vera.launcher).to_have_count(0)

    vera.page.evaluate("scrollTo(0, document.documentElement.scrollHeight * 0.6)")
    vera.waits(1)

    expect(vera.launcher).to_be_visible()


@pytest.mark.long_form
def test_who_comes_back_another_day_is_returning(vera_at, dialogue):
    dialogue(returning="returning")
    vera = vera_at()
    expect(vera.launcher).to_have_count(0)

    vera.page.clock.fast_forward(DAY_MS)
    vera.goes_to()

    expect(vera.launcher).to_be_visible()
    vera.launcher.click()
    expect(vera.page.frame_locator("iframe").get_by_text(QUESTION)).to_be_visible()


def test_the_first_question_draws_near_and_opens_the_chat(vera_at, dialogue):
    dialogue()
    vera = vera_at()
    vera.waits(1)
    expect(vera.page.get_by_role("status").filter(has=vera.poke)).to_be_visible()

    vera.poke.click()

    chat = vera.page.frame_locator("iframe").get_by_role("dialog")
    expect(chat.get_by_text(QUESTION)).to_be_visible()
    expect(vera.poke).to_have_count(0)
    chat.get_by_role("button", name="Just looking").click()
    expect(chat.get_by_text("The chat has ended")).to_be_visible()
    vera.goes_to()
    vera.waits(5)
    expect(vera.launcher).to_be_visible()
    expect(vera.poke).to_have_count(0)


@pytest.mark.long_form
def test_what_was_dismissed_does_not_draw_near_again(vera_at, dialogue):
    dialogue()
    vera = vera_at()
    vera.waits(1)

    vera.page.get_by_role("button", name="Dismiss").press("Enter")

    expect(vera.poke).to_have_count(0)
    expect(vera.launcher).to_be_focused()
    vera.goes_to()
    vera.waits(5)
    expect(vera.poke).to_have_count(0)


@pytest.mark.long_form
@pytest.mark.parametrize("is_wanted", [False, True])
def test_on_a_phone_it_draws_near_only_where_that_is_wanted(vera_at, dialogue, is_wanted):
    dialogue()
    Appearance.objects.update(poke_on_mobile=is_wanted)
    vera = vera_at()
    vera.page.set_viewport_size({"width": 390, "height": 800})
    vera.waits(5)

    expect(vera.launcher).to_be_visible()
    expect(vera.poke).to_have_count(int(is_wanted))


def test_who_is_in_a_conversation_has_it_on_any_page(vera_at, dialogue, shop):
    dialogue(targets=[f"{shop.url}/demo/?plan=pro"])
    vera = vera_at("?plan=pro")
    vera.launcher.click()
    chat = AtShop.chat.fget(vera)
    chat.get_by_role("button", name="Yes, please").click()
    expect(chat.get_by_role("textbox", name="First name")).to_be_visible()

    vera.goes_to("?plan=one")
    vera.launcher.click()

    expect(chat.get_by_role("textbox", name="First name")).to_be_visible()


def problems(page):
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


def test_the_question_beside_the_launcher_is_for_everybody(vera_at, dialogue):
    dialogue()
    vera = vera_at()
    vera.waits(1)

    expect(vera.poke).to_be_visible()
    assert problems(vera.page) == []
    vera.launcher.focus()
    vera.page.keyboard.press("Shift+Tab")
    expect(vera.page.get_by_role("button", name="Dismiss")).to_be_focused()
    vera.page.keyboard.press("Shift+Tab")
    vera.page.keyboard.press("Enter")
    expect(vera.page.frame_locator("iframe").get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long_form)])
def test_max_says_who_sees_it_and_tries_it(somebody, shop, vera_at, scheme):
    client = Client()
    client.force_login(User.objects.get(username="max"))
    page = somebody(color_scheme=scheme)
    cookie = {"name": "parley_session", "value": client.cookies["parley_session"].value, "url": shop.url}
    page.context.add_cookies([cookie])
    page.goto(f"{shop.url}/admin/dialogues/dialogue/")
    page.get_by_role("link", name="Everybody, everywhere").click()
    page.get_by_label("Shown on").fill(f"{shop.url}/demo/?plan=*")
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Attribute").first.select_option("language")
    page.get_by_label("Value").first.fill("nl")
    page.get_by_role("button", name="Remove condition 2 of group 1").click()
    assert problems(page) == []

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text('if Language is "nl"')).to_be_visible()
    expect(vera_at("?plan=pro", locale="nl-BE").launcher).to_be_visible()
    expect(vera_at("?plan=pro", locale="fr").launcher).to_have_count(0)
    page.get_by_role("link", name="Try who meets what").click()
    page.get_by_label("Page").fill(f"{shop.url}/demo/?plan=pro")
    page.get_by_label("Language").fill("nl-BE")
    page.get_by_role("button", name="See who meets what").click()
    expect(page.get_by_text("They meet this one")).to_be_visible()
    assert problems(page) == []
    page.get_by_label("Language").fill("fr")
    page.get_by_role("button", name="See who meets what").press("Enter")
    expect(page.get_by_text("The visitor does not meet its conditions")).to_be_visible()


def test_a_page_of_another_site_asks_too(vera_at, dialogue, shop):
    """The script comes from 127.0.0.1 onto a page of localhost, and asks there."""
    dialogue(targets=[f"*://localhost:{shop.port}/demo/?plan=pro"])
    other = f"script=http://127.0.0.1:{shop.port}"

    expect(vera_at(f"?plan=pro&{other}").launcher).to_be_visible()
    expect(vera_at(f"?plan=one&{other}").launcher).to_have_count(0)
