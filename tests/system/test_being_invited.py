"""Max adds Dana; she gets a mail, sets a password, and stands in the inbox."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.product import wait_until

DANA = "dana.ng@acme.example"
FIRST, ANOTHER = "correct horse battery", "another staple entirely"


def is_usable(page):
    found = Axe().run(page).response["violations"]
    assert not [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]


def sign_in(page, username, password):
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def link_in_the_mail(post_office, number):
    mail = wait_until(lambda: post_office.to(DANA)[number : number + 1])[0]
    text = mail.get_payload(0).get_payload(decode=True).decode()
    return re.search(r"http://localhost:\d+/password/\S+", text)[0]


def test_dana_comes_in_by_the_mail_and_again_after_forgetting(shop, somebody, post_office):
    at_max, at_dana = somebody(), somebody()

    at_max.goto(f"{shop.url}/admin/routing/agent/add/")
    is_usable(at_max)
    sign_in(at_max, "max", "parley-demo")
    at_max.get_by_label("Name:", exact=True).fill("Dana Ng")
    at_max.get_by_label("Email").fill(DANA)
    at_max.get_by_role("checkbox", name="Sales", exact=True).check()
    is_usable(at_max)
    at_max.get_by_role("button", name="Save", exact=True).click()
    expect(at_max.get_by_text(f"Dana Ng is invited: a mail to {DANA}")).to_be_visible()

    at_dana.goto(link_in_the_mail(post_office, 0))
    is_usable(at_dana)
    at_dana.get_by_label("New password", exact=True).fill(FIRST)
    at_dana.get_by_label("New password again").fill(FIRST)
    at_dana.get_by_role("button", name="Set it and sign in").click()
    expect(at_dana.get_by_role("switch", name="Available")).to_be_visible()

    at_dana.goto(f"{shop.url}/profile/")
    at_dana.get_by_role("button", name="Sign out").click()
    at_dana.get_by_role("link", name="I cannot sign in").click()
    is_usable(at_dana)
    at_dana.get_by_label("Email").fill(DANA)
    at_dana.get_by_role("button", name="Send the link").click()
    expect(at_dana.get_by_role("heading", name="Look in your mail")).to_be_visible()
    is_usable(at_dana)

    at_dana.goto(link_in_the_mail(post_office, 1))
    at_dana.get_by_label("New password", exact=True).fill(ANOTHER)
    at_dana.get_by_label("New password again").fill(ANOTHER)
    at_dana.get_by_role("button", name="Set it and sign in").click()
    at_dana.goto(f"{shop.url}/profile/")
    at_dana.get_by_role("link", name="Change password").click()
    is_usable(at_dana)
    at_dana.get_by_label("Current password").fill(ANOTHER)
    at_dana.get_by_label("New password", exact=True).fill(FIRST)
    at_dana.get_by_label("New password again").fill(FIRST)
    at_dana.get_by_role("button", name="Change it").click()
    expect(at_dana.get_by_text("Your password is changed.")).to_be_visible()
