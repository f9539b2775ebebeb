"""Max writes a custom rule and uploads accounts: in a real browser, by keyboard alone."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from dialogues.models import Conversation, Stream, Visitor
from routing.models import Account, CustomRule

DUTCH_ON_PRICING = 'Language is "nl" and Page contains "pricing"'
LIST = b"company name,domain,agent\nKern,kern.example,alice\nNoord,noord,alice\n"


def is_usable(page):
    found = Axe().run(page).response["violations"]
    assert not [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def tab_to(page, locator):
    for _ in range(150):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"No number of tabs leads to {locator}.")


def type_into(page, locator, text):
    tab_to(page, locator)
    page.keyboard.type(text)


def press(page, name):
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def sign_in(page, shop):
    page.goto(f"{shop.url}/login/?next=/admin/")
    page.get_by_label("Username").fill("max")
    page.get_by_label("Password").fill("parley-demo")
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("link", name="Custom rules").first).to_be_visible()


def test_max_writes_tries_saves_and_moves_a_rule_by_keyboard(shop, somebody):
    stream = Stream.objects.published().first()
    for name, language in [("Vera", "nl-BE"), ("Wim", "fr")]:
        visitor = Visitor.objects.create(attributes={"first_name": name})
        Conversation.start(visitor, stream, page="https://shop.example/pricing", language=language)
    CustomRule.objects.create(name="Before")
    page = somebody()
    sign_in(page, shop)

    page.goto(f"{shop.url}/admin/routing/customrule/add/")
    type_into(page, page.get_by_label("Name:", exact=True), "Dutch")
    type_into(page, page.get_by_label("Attribute:"), "Language")
    type_into(page, page.get_by_label("Value:"), "nl")
    press(page, "Add condition to group 1")
    second = page.get_by_role("group", name="Condition 2")
    expect(second.get_by_label("Attribute:")).to_be_focused()
    page.keyboard.type("Page")
    type_into(page, second.get_by_label("Comparison:"), "contains")
    type_into(page, second.get_by_label("Value:"), "pricing")
    tab_to(page, page.get_by_role("checkbox", name="Alice"))
    page.keyboard.press("Space")
    press(page, "Try it")
    expect(page.get_by_role("status")).to_contain_text("1 of the last 2 visitors")
    expect(page.get_by_role("status")).to_be_focused()
    is_usable(page)
    press(page, "Save")

    row = page.get_by_role("row", name="Dutch")
    expect(row).to_contain_text(DUTCH_ON_PRICING)
    is_usable(page)
    press(page, "Move Dutch up")
    expect(page.get_by_text("“Dutch” is number 1 now.")).to_be_visible()

    tab_to(page, page.get_by_role("link", name="Dutch", exact=True))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Name:", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="Dutch")).to_contain_text(DUTCH_ON_PRICING)


def test_a_comparison_shows_only_the_fields_it_needs(shop, somebody):
    page = somebody()
    sign_in(page, shop)
    page.goto(f"{shop.url}/admin/routing/customrule/add/")
    value, hint = page.get_by_label("Value:"), page.get_by_text("Several: one a line")
    expect(value).to_be_visible()
    expect(hint).to_be_hidden()

    page.get_by_label("Comparison:").select_option("is one of")
    expect(hint).to_be_visible()
    page.get_by_label("Comparison:").select_option("is empty")
    expect(value).to_be_hidden()


def test_max_uploads_accounts_after_seeing_what_would_happen(shop, somebody):
    page = somebody()
    sign_in(page, shop)

    page.goto(f"{shop.url}/admin/routing/account/")
    is_usable(page)
    page.get_by_role("link", name="Upload account list").click()
    is_usable(page)
    file = {"name": "accounts.csv", "mimeType": "text/csv", "buffer": LIST}
    page.get_by_label("CSV file").set_input_files(file)
    press(page, "See what would happen")
    expect(page.get_by_text("“noord” is no domain: write it as kern.example.")).to_be_visible()
    assert not Account.objects.exists()
    is_usable(page)
    press(page, "Add and update")

    expect(page.get_by_role("heading", name="The list is taken")).to_be_visible()
    is_usable(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the report").click()
    assert "Kern,kern.example,Alice" in download.value.path().read_text()
    assert [account.company for account in Account.objects.all()] == ["Kern"]
