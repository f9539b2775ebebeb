"""Max draws a stream in a real browser: by mouse, by keyboard alone, and while Mia draws the same one."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from dialogues.document import CaptureCard, GoalCard, LiveChatCard, MessageCard, PdfCard, QuestionCard
from dialogues.models import Dialogue, Goal, Pdf, Stream
from routing.models import Agent, Team
from tests.system.test_writing_rules import tab_to

WORDS = "The live chat card must be the last card in its branch."
HELLO = "Hello {{first_name|there}}! Would you like to talk about pricing?"


class AtDesigner:
    def __init__(self, page, shop, dialogue, *, username="max"):
        client = Client()
        client.force_login(User.objects.get(username=username))
        session = client.cookies["parley_session"].value
        page.context.add_cookies([{"name": "parley_session", "value": session, "url": shop.url}])
        self.page, self.console = page, []
        page.on("console", lambda message: self.console.append(message.text))
        page.goto(f"{shop.url}/admin/dialogues/dialogue/{dialogue.pk}/stream/")

    @property
    def canvas(self):
        return self.page.get_by_role("region", name="Stream")

    @property
    def side(self):
        return self.page.locator("#designer-side")

    @property
    def palette(self):
        return self.page.get_by_role("region", name="Cards")

    def card(self, words):
        return self.canvas.get_by_role("button", name=words)

    def says(self, words):
        """Also who does not see it hears what was done."""
        expect(self.page.locator("#designer-words")).to_contain_text(words)

    def drag(self, what, where, *, at=0.5, looks=4):
        """To the middle of something, or another part of its height, as a hand does it: it looks where it goes."""
        expect(self.page.locator("[data-unsaved]")).to_have_count(0)
        what.scroll_into_view_if_needed()
        box, mouse = what.bounding_box(), self.page.mouse
        mouse.move(box["x"] + box["width"] / 2, box["y"] + 14)
        mouse.down()
        mouse.move(box["x"] + box["width"] / 2 + 8, box["y"] + 24, steps=3)
        ghost = self.page.locator(".is-ghost")
        expect(ghost).to_be_visible()
        for _ in range(looks):
            box = where.bounding_box()
            mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * at, steps=8)
            self.page.wait_for_timeout(150)
        mouse.up()

    def new(self, kind, where):
        self.drag(self.palette.get_by_role("button", name=kind), where)

    def plus(self, branch=""):
        return self.canvas.get_by_role(
            "button", name=f"Add a card to branch “{branch}”" if branch else "Add a card"
        )

    def shows(self, *words):
        """Fields save themselves once they are left, and then it stands on the canvas."""
        self.page.keyboard.press("Tab")
        for each in words:
            expect(self.canvas).to_contain_text(each)


@pytest.fixture
def team(shop):
    team = Team.objects.create(name="EMEA Sales")
    team.members.set(Agent.objects.all())
    Pdf.objects.create(name="Price list.pdf", address="https://shop.example/prices.pdf")
    Goal.objects.create(name="Downloaded price list")
    return team


@pytest.fixture
def pricing(team):
    return Dialogue.objects.create(name="Pricing page", priority=2, targets=["https://shop.example/*"])


@pytest.fixture
def max_draws(somebody, shop, pricing):
    page = AtDesigner(somebody(), shop, pricing)
    yield page
    assert not [text for text in page.console if "Content Security Policy" in text]


def is_the_picture_s(document, team):
    question = document.start.end
    yes, no = (response.branch for response in question.responses)
    assert isinstance(question, QuestionCard)
    assert question.text == HELLO
    assert [response.text for response in question.responses] == ["Yes, with a person", "Just looking"]
    [asked] = yes.cards
    assert (type(asked), asked.question, asked.attribute) == (CaptureCard, "What's your email?", "email")
    assert isinstance(yes.end, LiveChatCard)
    assert Stream.objects.get(published_at=None).routes.filter(team=team).exists()
    assert [type(card) for card in no.cards] == [PdfCard, GoalCard]


def test_max_draws_the_picture_s_stream_by_mouse_and_publishes_it(max_draws, pricing, team):
    page, side = max_draws.page, max_draws.side

    max_draws.new("Question", max_draws.plus())
    max_draws.says("Question added to branch Start, place 1.")
    side.get_by_label("Question", exact=True).fill(HELLO)
    side.get_by_label("Response", exact=True).nth(0).fill("Yes, with a person")
    side.get_by_label("Response", exact=True).nth(1).fill("Just looking")
    max_draws.shows("Yes, with a person", "Just looking")

    max_draws.new("Information capture", max_draws.plus("Yes, with a person"))
    max_draws.says("Information capture added to branch Yes, with a person, place 1.")
    side.get_by_label("Question", exact=True).fill("What's your email?")
    side.get_by_label("Keep the answer as").select_option("email")
    max_draws.shows("What's your email?")

    max_draws.new("Live chat", max_draws.plus("Yes, with a person"))
    max_draws.says("Live chat added to branch Yes, with a person, place 2.")
    side.get_by_role("radio", name="Team").check()
    side.get_by_label("Team", exact=True).select_option("EMEA Sales")
    expect(max_draws.card("Live chat")).to_contain_text("Round robin in team “EMEA Sales”")

    # The goal first, then the document dragged above it.
    max_draws.new("Goal", max_draws.plus("Just looking"))
    max_draws.says("Goal added to branch Just looking, place 1.")
    side.get_by_label("Goal", exact=True).select_option("Downloaded price list")
    expect(max_draws.card("Goal")).to_contain_text("Downloaded price list")
    max_draws.new("Document", max_draws.plus("Just looking"))
    max_draws.says("Document added to branch Just looking, place 2.")
    side.get_by_label("Document", exact=True).select_option("Price list.pdf")
    expect(max_draws.card("Document")).to_contain_text("Price list.pdf")
    max_draws.drag(max_draws.card("Document"), max_draws.card("Goal"), looks=1)
    max_draws.says("Document moved to branch Just looking, place 1.")

    is_the_picture_s(pricing.draft.read(), team)
    page.get_by_role("button", name="Publish").click()
    max_draws.says("Published: the next visitor sees this version.")
    expect(page.locator("#designer-badge")).to_have_text("v1 live")
    assert pricing.live_stream.published_by.username == "max"


def test_max_draws_the_same_by_keyboard_alone(max_draws, pricing, team):
    page, keys = max_draws.page, max_draws.page.keyboard

    def press(name, region=None):
        tab_to(page, (region or max_draws.palette).get_by_role("button", name=name, exact=True))
        keys.press("Enter")

    def write(label, words, *, nth=0):
        tab_to(page, max_draws.side.get_by_label(label, exact=True).nth(nth))
        keys.press("Control+a")
        keys.type(words)

    press("Question")
    max_draws.says("Question added")
    write("Question", HELLO)
    write("Response", "Yes, with a person")
    write("Response", "Just looking", nth=1)
    max_draws.shows("Yes, with a person", "Just looking")
    # From the palette it goes to the first branch that is open.
    press("Information capture")
    max_draws.says("Information capture added to branch Yes, with a person, place 1.")
    write("Question", "What's your email?")
    write("Keep the answer as", "Email")
    max_draws.shows("What's your email?")
    press("Live chat")
    max_draws.says("Live chat added to branch Yes, with a person, place 2.")
    tab_to(page, max_draws.side.get_by_role("radio", name="Round robin"))
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    write("Team", "EMEA")
    expect(max_draws.card("Live chat")).to_contain_text("Round robin in team “EMEA Sales”")

    # By the arrow keys into the other branch.
    tab_to(page, max_draws.card("Live chat"))
    keys.press("ArrowUp")
    keys.press("ArrowRight")
    expect(max_draws.plus("Just looking")).to_be_focused()
    keys.press("Enter")
    expect(max_draws.side.get_by_role("button", name="Message here")).to_be_focused()
    press("Goal here", max_draws.side)
    max_draws.says("Goal added to branch Just looking, place 1.")
    write("Goal", "Downl")
    expect(max_draws.card("Goal")).to_contain_text("Downloaded price list")
    press("Document")
    max_draws.says("Document added to branch Just looking, place 2.")
    write("Document", "Price")
    expect(max_draws.card("Document")).to_contain_text("Price list.pdf")
    tab_to(page, max_draws.card("Document"))
    keys.press("Alt+ArrowUp")
    max_draws.says("Document moved to branch Just looking, place 1.")
    expect(max_draws.card("Document")).to_be_focused()

    is_the_picture_s(pricing.draft.read(), team)
    tab_to(page, page.get_by_role("button", name="Publish"))
    keys.press("Enter")
    max_draws.says("Published: the next visitor sees this version.")


# On the demo's stream


@pytest.fixture
def demo(shop):
    return Dialogue.objects.get()


@pytest.fixture
def max_changes(somebody, shop, demo):
    page = AtDesigner(somebody(), shop, demo)
    yield page
    assert not [text for text in page.console if "Content Security Policy" in text]


def texts(dialogue):
    return [
        getattr(card, "question", getattr(card, "text", "chat")) for card in dialogue.draft.read().cards()
    ]


def test_a_card_dragged_below_the_live_chat_card_is_refused_there_and_goes_back(max_changes, demo):
    chat = max_changes.card("Live chat")

    max_changes.drag(max_changes.card("Message"), chat, at=1.2)
    expect(max_changes.canvas.get_by_role("alert")).to_have_text(WORDS)
    max_changes.says(WORDS)
    looking = max_changes.canvas.get_by_role("list", name="Just looking")
    expect(looking.get_by_role("button", name="Message")).to_be_visible()

    max_changes.drag(max_changes.palette.get_by_role("button", name="Goal"), chat, at=1.2)
    expect(max_changes.canvas.get_by_role("alert")).to_have_text(WORDS)
    expect(max_changes.canvas.get_by_role("button", name="Goal")).to_have_count(0)
    expect(max_changes.palette.get_by_role("button")).to_have_count(10)
    assert demo.draft is None


def test_a_step_is_undone_and_done_again_by_keys(max_changes, demo):
    max_changes.card("Message").focus()
    max_changes.page.keyboard.press("Delete")
    max_changes.says("was deleted")
    expect(max_changes.card("Message")).to_have_count(0)

    max_changes.page.keyboard.press("Control+z")
    max_changes.says("Undone: Message")
    expect(max_changes.card("Message")).to_be_visible()

    max_changes.page.keyboard.press("Control+Shift+Z")
    max_changes.says("Done again: Message")
    expect(max_changes.page.get_by_role("button", name="Redo")).to_be_disabled()


def test_what_is_typed_saves_itself_while_one_types_on(max_changes, demo):
    max_changes.card("Message").click()
    words = max_changes.side.get_by_role("textbox").first
    words.click()
    max_changes.page.keyboard.press("Control+a")
    max_changes.page.keyboard.type("See you")
    max_changes.says("Message was saved.")
    max_changes.page.keyboard.type(" soon!")

    expect(max_changes.card("Message")).to_contain_text("See you soon!")
    expect(max_changes.page.locator("#designer-saved")).to_contain_text(re.compile(r"Saved \d s ago"))
    expect(words).to_be_focused()
    assert "See you soon!" in texts(demo)


def test_cards_are_found_zoomed_and_folded(max_changes):
    page = max_changes.page

    page.keyboard.press("/")
    page.keyboard.type("email")
    expect(page.get_by_role("search").locator("output")).to_have_text("1 of 1")
    expect(max_changes.canvas.locator(".is-found-now")).to_contain_text("Email")
    page.keyboard.press("Escape")
    expect(max_changes.card("Email")).to_be_focused()

    page.keyboard.press("-")
    expect(page.get_by_role("group", name="Zoom")).to_contain_text("90%")
    page.keyboard.press("0")
    expect(page.get_by_role("group", name="Zoom")).to_contain_text("100%")

    max_changes.canvas.get_by_role("button", name="Cards of branch Yes, please").click()
    expect(max_changes.card("Email")).to_be_hidden()
    page.reload()
    expect(max_changes.card("Email")).to_be_hidden()
    expect(max_changes.card("Message")).to_be_visible()


def test_two_on_one_draft_see_each_other_and_lose_nothing(max_changes, somebody, shop, demo):
    User.objects.create_superuser("mia", first_name="Mia")
    window = somebody()
    window.clock.install()
    mia = AtDesigner(window, shop, demo, username="mia")
    expect(window.get_by_text("Max is here too")).to_be_visible()

    max_changes.card("First name").focus()
    max_changes.page.keyboard.press("Delete")
    max_changes.says("was deleted")
    window.clock.run_for(11_000)
    expect(mia.card("First name")).to_have_count(0)

    mia.card("Email").click()
    mia.side.get_by_label("Question", exact=True).fill("And your address?")
    max_changes.card("Message").focus()
    max_changes.page.keyboard.press("Delete")
    max_changes.says("Message")
    window.keyboard.press("Tab")
    window.clock.run_for(100)
    expect(window.locator("#designer-notices")).to_contain_text(
        "Somebody else has changed this draft meanwhile"
    )
    expect(mia.side.get_by_label("Question", exact=True)).to_have_value("And your address?")
    mia.side.get_by_label("Question", exact=True).press("Enter")
    mia.says("Information capture was saved.")
    assert texts(demo)[-1] == "chat"
    assert "And your address?" in texts(demo)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long_form)])
def test_every_state_of_the_page_can_be_used_by_everybody(max_changes, scheme):
    page = max_changes.page
    page.emulate_media(color_scheme=scheme)
    for width in (1280, 768):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for stop in ("Would you like", "Just looking", "Live chat", "Add a card"):
            max_changes.canvas.get_by_role("button", name=stop).first.click()
            expect(max_changes.canvas.get_by_role("button", name=stop).first).to_have_attribute(
                "aria-current", "true"
            )
            found = Axe().run(page).response["violations"]
            assert not [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]
    # What axe itself brings along is not ours.
    max_changes.console.clear()


@pytest.mark.long_form
def test_three_hundred_cards_stay_fluent(max_changes, demo):
    draft = Stream.draft_of(demo)
    document = draft.read()
    document.branch(document.start.end.responses[1].id).cards += [
        MessageCard(text=f"Message number {n}") for n in range(300)
    ]
    draft.write(document)
    page = max_changes.page
    page.reload()
    max_changes.card("Message number 299").focus()

    # As often as it was drawn, and how long that took.
    page.evaluate(
        """() => {
          window.drawn = 0;
          const isTree = (node) => node.id === "designer-tree";
          new MutationObserver((news) => {
            window.drawn += news.filter((each) => [...each.addedNodes].some(isTree)).length;
          }).observe(document.querySelector(".zoomed"), { childList: true });
        }"""
    )
    page.keyboard.press("Alt+ArrowUp")
    max_changes.says("place 300")
    page.keyboard.press("Enter")
    max_changes.says("is chosen")

    assert page.evaluate("window.drawn") == 1
    assert (
        page.evaluate(
            """() => { const began = performance.now(); document.querySelector(".zoomed").style.width = "99%";
        document.body.offsetHeight; return performance.now() - began }"""
        )
        < 500
    )
