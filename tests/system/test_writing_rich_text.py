import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from routing.models import FallbackMessage


@pytest.fixture
def max_writes(somebody, shop):
    """Max's page for a new fallback message."""
    client = Client()
    client.force_login(User.objects.get(username="max"))
    page = somebody()
    session = client.cookies["parley_session"].value
    page.context.add_cookies([{"name": "parley_session", "value": session, "url": shop.url}])
    page.goto(f"{shop.url}/admin/routing/fallbackmessage/add/")
    page.get_by_role("textbox", name="Name").fill("Out")
    return page


def words(page):
    return page.get_by_role("textbox", name="Text").last


def test_max_writes_with_the_keyboard_alone(max_writes):
    words(max_writes).focus()
    keys = max_writes.keyboard
    keys.type("Hello ")
    keys.press("Control+b")
    expect(max_writes.get_by_role("button", name="Bold").last).to_have_attribute("aria-pressed", "true")
    keys.type("Vera")
    keys.press("Control+b")
    keys.type(".")
    keys.press("Enter")
    keys.type("Write to us")
    keys.press("Control+Shift+ArrowLeft")
    keys.press("Control+k")
    keys.type("not an address")
    keys.press("Enter")
    expect(max_writes.get_by_role("alert").last).to_contain_text("Write an address such as")
    keys.press("Control+a")
    keys.type("hello@shop.example")
    keys.press("Enter")
    max_writes.get_by_role("button", name="Save", exact=True).click()

    expect(max_writes.get_by_text("was added successfully")).to_be_visible()
    [text] = FallbackMessage.objects.get(name="Out").texts.all()
    assert text.html == (
        '<p>Hello&nbsp;<b>Vera</b>.</p><p>Write to <a href="mailto:hello@shop.example" target="_blank" '
        'rel="noopener noreferrer nofollow">us</a></p>'
    )


def test_the_toolbar_makes_points_and_sets_emoji(max_writes):
    words(max_writes).focus()
    max_writes.get_by_role("button", name="Bulleted list").last.click()
    max_writes.keyboard.type("one")
    max_writes.get_by_role("button", name="Emoji").last.click()
    max_writes.keyboard.press("ArrowRight")
    max_writes.keyboard.press("Enter")
    max_writes.get_by_role("button", name="Save", exact=True).click()

    expect(max_writes.get_by_text("was added successfully")).to_be_visible()
    [text] = FallbackMessage.objects.get(name="Out").texts.all()
    assert text.html == "<ul><li>one😀</li></ul>"


def test_what_is_pasted_keeps_its_words_and_runs_nothing(max_writes):
    words(max_writes).focus()
    words(max_writes).evaluate(
        """(area) => {
          const pasted = new DataTransfer();
          pasted.setData("text/html", "<h1 style='color:red'>One</h1><img src=x onerror='evil()'>"
            + "<script>evil()</script><p onclick='evil()'><b>two</b></p>");
          area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: pasted, bubbles: true, cancelable: true }));
        }"""
    )

    expect(words(max_writes)).to_have_text("Onetwo")
    max_writes.get_by_role("button", name="Save", exact=True).click()
    expect(max_writes.get_by_text("was added successfully")).to_be_visible()
    [text] = FallbackMessage.objects.get(name="Out").texts.all()
    assert "<b>two</b>" in text.html
    assert "evil" not in text.html


@pytest.mark.long_form
def test_what_was_too_long_is_still_there(max_writes):
    words(max_writes).focus()
    max_writes.keyboard.insert_text("x" * 2_001)
    max_writes.get_by_role("button", name="Save", exact=True).click()

    expect(max_writes.get_by_text("This has 2,001 characters; at most 2,000 can be sent.")).to_be_visible()
    expect(words(max_writes)).to_have_text("x" * 2_001)


@pytest.mark.long_form
def test_a_further_text_has_an_editor_of_its_own(max_writes):
    before = max_writes.get_by_role("textbox", name="Text").count()

    max_writes.get_by_role("button", name="Add another Text").click()

    expect(max_writes.get_by_role("textbox", name="Text")).to_have_count(before + 1)
    words(max_writes).focus()
    max_writes.keyboard.type("Hallo")
    expect(words(max_writes)).to_have_text("Hallo")
