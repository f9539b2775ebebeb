"""Alice's hours, and her way back after she was set to away, in a real browser."""

import pytest
from playwright.sync_api import expect

from routing.models import Agent
from tests.product import wait_until


@pytest.fixture
def alice(shop):
    return Agent.objects.get(user__username="alice")


@pytest.fixture
def at_profile(somebody, shop, alice):
    page = somebody(username="alice", at=shop.url)
    page.goto(f"{shop.url}/profile/")
    return page


def test_alice_lays_out_her_week_and_keeps_what_she_has_typed(at_profile, alice):
    page = at_profile
    page.get_by_role("textbox", name="Shown name").fill("Alice Liddell")

    page.get_by_role("button", name="09:00 to 17:00, Monday to Friday").click()
    expect(page.get_by_text("As entered above, and not saved yet.")).to_be_visible()
    page.get_by_role("button", name="Add a block on Monday").click()
    # She goes on where the new row is.
    expect(page.get_by_label("Monday, row 2: from")).to_be_focused()
    page.get_by_label("Monday, row 2: from").fill("19:00")
    page.get_by_label("Monday, row 2: to").fill("21:00")
    page.get_by_role("button", name="Remove friday row 1").click()
    expect(page.get_by_label("Friday, row 1: from")).to_have_value("")
    expect(page.get_by_role("textbox", name="Shown name")).to_have_value("Alice Liddell")
    assert not alice.hours_blocks.exists()

    page.get_by_role("textbox", name="Shown name").press("Enter")

    expect(page.get_by_text("Saved.")).to_be_visible()
    assert [str(block) for block in alice.hours_blocks.all()][:3] == [
        "Monday 09:00 to 17:00",
        "Monday 19:00 to 21:00",
        "Tuesday 09:00 to 17:00",
    ]
    assert alice.hours_blocks.count() == 5
    assert Agent.objects.get(pk=alice.pk).name == "Alice Liddell"


def test_without_scripts_she_does_the_same(somebody, shop, alice):
    page = somebody(username="alice", at=shop.url, java_script_enabled=False)
    page.goto(f"{shop.url}/profile/")

    page.get_by_role("button", name="09:00 to 17:00, Monday to Friday").click()
    page.get_by_role("button", name="Add an exception").click()
    page.get_by_label("Exception, row 1: first day").fill("2026-06-12")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("(exception)")).to_be_visible()
    assert alice.hours_blocks.count() == 5
    assert str(alice.hours_exceptions.get()) == "2026-06-12: off"


def test_the_notice_comes_and_goes_without_a_reload(somebody, shop, alice, alice_at_inbox):
    alice_at_inbox.switch_on()
    other = somebody(username="alice", at=shop.url)
    other.goto(f"{shop.url}/profile/")
    notice = "You were set to away, because you missed two offers in a row."
    expect(other.get_by_text(notice)).to_have_count(0)

    alice.set_away()

    for page in (alice_at_inbox.page, other):
        expect(page.get_by_text(notice)).to_be_visible()
        expect(page.get_by_role("switch", name="Available", checked=False)).to_be_visible()
    alice_at_inbox.page.get_by_role("button", name="I am back").click()
    for page in (alice_at_inbox.page, other):
        expect(page.get_by_text(notice)).to_have_count(0)
        expect(page.get_by_role("switch", name="Available", checked=True)).to_be_visible()


def test_hours_that_begin_change_the_page_by_themselves(at_profile, alice, clock):
    page = at_profile
    page.get_by_label("Wednesday, row 1: from").fill("13:00")
    page.get_by_label("Wednesday, row 1: to").fill("14:30")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#switch-words")).to_have_text("Away: outside your hours, back 13:00")
    alice.refresh_from_db()

    clock.move(seconds=(alice.settle_at - clock()).total_seconds() - 0.3)

    expect(page.locator("#switch-words")).to_have_text("Available until 14:30")
    expect(page.get_by_role("switch", name="Available", checked=True)).to_be_visible()


def test_an_agent_who_is_deactivated_reads_so(somebody, shop, alice, alice_at_inbox):
    page = alice_at_inbox.page
    wait_until(lambda: page.evaluate("document.querySelector('live-socket').state") == "online")

    alice.deactivate()

    # With the next beat the page itself says so, whatever is done on it.
    expect(page.get_by_text("You may not answer visitors")).to_be_visible(timeout=25_000)
    page.get_by_role("tab", name="All").click()
    wait_until(lambda: "/login/" in page.url)
    expect(page.get_by_role("alert")).to_contain_text("Your account was deactivated.")
