"""People in a real Chromium, on the real product, with the demo's dialogue."""

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from routing.models import Agent
from tests.chromium import find_chromium
from tests.system.proxy import Proxy

# Nothing here may reach out: Chromium would look for its maker's hosts.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "parley-demo"
expect.set_options(timeout=10_000)


@pytest.fixture(scope="module")
def chromium():
    """For one file at a time: Playwright runs a loop in this thread, which is in the way of other tests' loops."""
    path = find_chromium()
    assert path, "There is no Chromium: install one (on Debian: apt install chromium)."
    with pytest.MonkeyPatch.context() as environment:
        # Django would refuse the database while that loop is there; the tests use the two in turn.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield browser
            browser.close()


@pytest.fixture
def shop(product):
    """The product with the demo's people and dialogue."""
    call_command("demo", verbosity=0)
    return product


@pytest.fixture
def somebody(chromium):
    """Opens a window of somebody's own, with storage and cookies of its own. Its script errors fail the test."""
    contexts, errors = [], []

    def somebody(*, username=None, at=None, **options):
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, **options)
        contexts.append(context)
        if username:
            client = Client()
            client.force_login(Agent.objects.get(user__username=username).user)
            cookie = {"name": "parley_session", "value": client.cookies["parley_session"].value, "url": at}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        return page

    yield somebody
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def line(shop):
    """A line to the product that can be cut."""
    proxy = Proxy(shop.port)
    yield proxy
    proxy.stop()


class AtInbox:
    """An agent at the agent inbox."""

    def __init__(self, page, url):
        self.page = page
        page.goto(f"{url}/inbox/")

    def switch_on(self):
        self.page.get_by_role("switch", name="Available").click()
        expect(self.page.get_by_role("switch", name="Available", checked=True)).to_be_visible()

    def offer(self, name="Vera"):
        return self.page.get_by_role("alert").filter(has_text=f"{name} would like to chat")

    def accept(self):
        self.page.get_by_role("button", name="Accept chat").click()
        expect(self.page.get_by_role("textbox", name="Message")).to_be_visible()

    def write(self, text):
        self.page.get_by_role("textbox", name="Message").fill(text)
        self.page.get_by_role("textbox", name="Message").press("Enter")

    def transcript(self):
        return self.page.get_by_role("log")


class AtShop:
    """A visitor at the sample shop."""

    def __init__(self, page, url, *, query=""):
        self.page = page
        page.goto(f"{url}/demo/{query}")

    @property
    def chat(self):
        return self.page.frame_locator("iframe").get_by_role("dialog")

    def open(self):
        self.page.get_by_role("button", name="Open chat").click()
        expect(self.chat).to_be_visible()

    def ask_for_an_agent(self, name="Vera"):
        self.open()
        self.chat.get_by_role("button", name="Yes, please").click()
        self.chat.get_by_role("textbox", name="First name").fill(name)
        self.chat.get_by_role("textbox", name="First name").press("Enter")
        self.chat.get_by_role("textbox", name="Email").fill("vera@kern.example")
        self.chat.get_by_role("textbox", name="Email").press("Enter")

    def waits(self):
        return self.chat.get_by_text("Connecting you with an agent")

    def write(self, text):
        self.chat.get_by_role("textbox", name="Message").fill(text)
        self.chat.get_by_role("textbox", name="Message").press("Enter")

    def transcript(self):
        return self.chat.get_by_role("log")


@pytest.fixture
def vera_at_shop(somebody, shop):
    return AtShop(somebody(), shop.url)


@pytest.fixture
def alice_at_inbox(somebody, shop):
    return AtInbox(somebody(username="alice", at=shop.url), shop.url)


@pytest.fixture
def bob_at_inbox(somebody, shop):
    return AtInbox(somebody(username="bob", at=shop.url), shop.url)
