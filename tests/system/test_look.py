"""What Max enters under "Look and settings", as Vera gets it on the shop's page."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from dialogues.models import Appearance
from tests.racing import PROOF
from tests.system.conftest import AtShop

ODD, WHITE = "rgb(255, 238, 0)", "rgb(255, 255, 255)"

# In passing every third of them: each scheme, and a colour of each sort.
LOOKS = [
    (colour, scheme)
    for colour in ("#ffee00", "#808080", "#ffffff", "#000000")
    for scheme in ("light", "dark")
]


@pytest.fixture
def looks(shop):
    """Sets what Max has entered."""
    return lambda **fields: Appearance.objects.update(**fields)


@pytest.fixture
def vera_comes(somebody, shop):
    return lambda **options: AtShop(somebody(**options), shop.url)


@pytest.fixture
def max_opens(somebody, shop):
    def max_opens(path):
        client = Client()
        client.force_login(User.objects.get(username="max"))
        page = somebody()
        cookie = {"name": "parley_session", "value": client.cookies["parley_session"].value, "url": shop.url}
        page.context.add_cookies([cookie])
        page.goto(f"{shop.url}/admin/dialogues/{path}/")
        return page

    return max_opens


def launcher(vera):
    return vera.page.get_by_role("button", name=re.compile("Open chat|Minimise chat"))


def style(locator, name):
    return locator.evaluate("(element, name) => getComputedStyle(element)[name]", name)


def problems(page):
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


def frame_of(vera):
    return next(frame for frame in vera.page.frames if "/widget/" in frame.url)


def what_happens(vera):
    """Notes, in order, what comes to stand in the chat, and whether the bot seemed to type just before."""
    frame_of(vera).evaluate(
        """() => {
          window.happened = [];
          const typing = () => Boolean(document.querySelector(".typing:not([hidden])"));
          let typed = false;
          new MutationObserver((changes) => {
            for (const { addedNodes } of changes)
              for (const node of addedNodes) {
                if (node.matches?.(".message")) {
                  window.happened.push([node.dataset.author, node.querySelector(".message-body").textContent, typed]);
                  typed = false;
                }
                if (node.matches?.("[data-part=ask]") && node.querySelector("form")) window.happened.push(["asked"]);
              }
            typed ||= typing();
          }).observe(document.body, { subtree: true, childList: true, attributes: true });
        }"""
    )
    return lambda: frame_of(vera).evaluate("window.happened")


def test_vera_gets_the_colour_the_side_the_distance_and_the_privacy_policy(looks, vera_comes):
    looks(
        colour="#ffee00",
        position="left",
        offset=44,
        bot_name="Robin",
        privacy_address="https://shop.example/privacy",
    )
    vera = vera_comes()

    box = launcher(vera).bounding_box()
    assert (round(box["x"]), round(800 - box["y"] - box["height"])) == (44, 44)
    assert style(launcher(vera), "backgroundColor") == ODD
    assert style(launcher(vera), "color") == "rgb(0, 0, 0)"

    vera.open()
    panel = vera.page.locator("iframe").bounding_box()
    assert round(panel["x"]) == 44
    header = vera.chat.locator("header")
    assert style(header, "backgroundColor") == ODD
    assert style(header, "color") == "rgb(0, 0, 0)"
    expect(vera.chat.get_by_role("heading", name="Robin")).to_be_visible()
    policy = vera.chat.get_by_role("link", name="Privacy policy")
    expect(policy).to_have_attribute("href", "https://shop.example/privacy")


@pytest.mark.parametrize(("colour", "scheme"), LOOKS if PROOF else LOOKS[::3])
def test_vera_can_read_everything_in_an_odd_colour(looks, vera_comes, colour, scheme):
    looks(colour=colour, privacy_address="https://shop.example/privacy", sound="drop", bot_name="Robin")
    vera = vera_comes(color_scheme=scheme)

    vera.open()
    vera.chat.get_by_role("button", name="Yes, please").click()
    expect(vera.chat.get_by_role("textbox", name="First name")).to_be_visible()

    assert problems(frame_of(vera)) == []


def test_the_bot_seems_to_type_before_it_answers(looks, vera_comes):
    looks(response_delay=400)
    vera = vera_comes()
    vera.open()
    happened = what_happens(vera)

    vera.chat.get_by_role("button", name="Yes, please").click()
    expect(vera.chat.get_by_role("textbox", name="First name")).to_be_focused()
    vera.chat.get_by_role("textbox", name="First name").fill("Vera")
    vera.chat.get_by_role("textbox", name="First name").press("Enter")
    expect(vera.chat.get_by_role("textbox", name="Email")).to_be_focused()

    said = [what for what in happened() if what[0] in ("bot", "asked")][-4:]
    assert [what[0] for what in said] == ["bot", "asked", "bot", "asked"]
    assert [what[2] for what in said if what[0] == "bot"] == [True, True]
    assert vera.transcript().locator(".message").evaluate_all(
        "(all) => all.map((each) => +each.dataset.position)"
    ) == [
        1,
        2,
        3,
        4,
        5,
    ]


@pytest.mark.long_form
def test_what_was_said_before_stands_there_at_once(looks, vera_comes):
    looks(response_delay=5000)
    vera = vera_comes()
    vera.open()
    vera.chat.get_by_role("button", name="Yes, please").click()
    expect(vera.chat.locator(".typing")).to_be_visible()

    vera.page.reload()
    vera.open()

    expect(vera.chat.get_by_role("textbox", name="First name")).to_be_visible(timeout=3000)
    expect(vera.chat.locator(".typing")).to_be_hidden()


def test_vera_never_waits_for_the_bot_once_alice_is_there(looks, vera_comes, alice_at_inbox):
    looks(response_delay=50)
    alice_at_inbox.switch_on()
    vera = vera_comes()
    vera.open()
    vera.chat.get_by_role("button", name="Yes, please").click()
    vera.chat.get_by_role("textbox", name="First name").fill("Vera")
    vera.chat.get_by_role("textbox", name="First name").press("Enter")
    vera.chat.get_by_role("textbox", name="Email").fill("vera@kern.example")
    # From here on the bot would take longer than anybody could accept in.
    frame_of(vera).evaluate("document.querySelector('chat-transcript').setAttribute('bot-delay', 60000)")
    vera.chat.get_by_role("textbox", name="Email").press("Enter")
    expect(vera.chat.locator(".typing.is-bot")).to_be_visible()
    expect(vera.waits()).to_be_visible()

    alice_at_inbox.accept()
    alice_at_inbox.write("Here I am")

    expect(vera.transcript()).to_contain_text("Here I am")
    positions = (
        vera.transcript()
        .locator(".message")
        .evaluate_all("(all) => all.map((each) => +each.dataset.position)")
    )
    assert positions == list(range(1, len(positions) + 1))


@pytest.mark.long_form
def test_the_chat_takes_the_page_s_own_font(looks, vera_comes):
    looks(font="page")
    vera = vera_comes()
    vera.page.evaluate("document.body.style.fontFamily = '\"Shop Sans\", monospace'")

    vera.open()

    assert style(vera.chat.locator("h1"), "fontFamily") == '"Shop Sans", monospace'


@pytest.mark.long_form
def test_vera_mutes_the_sounds_and_they_stay_mute(looks, vera_comes):
    looks(sound="bell")
    vera = vera_comes()
    vera.open()
    frame_of(vera).evaluate(
        "() => { window.played = 0; addEventListener('sound:played', () => window.played++) }"
    )
    vera.chat.get_by_role("button", name="Yes, please").click()
    expect(vera.chat.get_by_role("textbox", name="First name")).to_be_visible()
    vera.chat.get_by_role("textbox", name="First name").fill("Vera")
    vera.chat.get_by_role("textbox", name="First name").press("Enter")
    expect(vera.chat.get_by_role("textbox", name="Email")).to_be_visible()
    assert frame_of(vera).evaluate("window.played") >= 1

    vera.chat.get_by_role("button", name="Mute sounds").click()
    expect(vera.chat.get_by_role("button", name="Mute sounds", pressed=True)).to_be_visible()
    vera.page.reload()
    vera.open()

    expect(vera.chat.get_by_role("button", name="Mute sounds", pressed=True)).to_be_visible()


def test_max_sees_the_colour_change_and_hears_why_words_are_black(max_opens):
    page = max_opens("appearance/1/change")
    expect(page.get_by_role("img", name="How the chat looks")).to_be_visible()

    page.get_by_role("textbox", name="Colour:").fill("#ffee00")

    expect(page.get_by_text("White on #ffee00 has a contrast of 1.2")).to_be_visible()
    page.get_by_role("textbox", name="Colour:").fill("#ffee0")
    expect(page.get_by_text("Enter a colour such as #2357e8.")).to_be_visible()
    expect(page.get_by_role("img", name="How the chat looks")).to_be_visible()
    assert problems(page) == []


@pytest.mark.long_form
def test_max_listens_to_a_sound_before_choosing_it(max_opens):
    page = max_opens("appearance/1/change")
    page.evaluate("() => { window.played = 0; addEventListener('sound:played', () => window.played++) }")
    expect(page.get_by_role("button", name="Listen")).to_be_hidden()

    page.get_by_role("combobox", name="Sound").select_option("Wood")
    page.get_by_role("button", name="Listen").click()

    assert page.evaluate("window.played") == 1


def test_max_copies_the_snippet_and_sees_the_site_come_in(max_opens, shop, vera_comes):
    page = max_opens("embed")
    expect(page.get_by_text("Not heard from yet")).to_be_visible()
    assert problems(page) == []

    vera_comes()

    expect(page.get_by_role("rowheader", name=shop.url)).to_be_visible()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_text(re.compile("^(Copied|Chosen)"))).to_be_visible()
