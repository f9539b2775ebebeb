"""Vera answers every kind of question, and reads a document in the chat."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

from dialogues.document import (
    ActionCard,
    Branch,
    CaptureCard,
    Document,
    GoalCard,
    MessageCard,
    PdfCard,
    QuestionCard,
    Response,
)
from dialogues.models import Appearance, Attribute, Conversation, Dialogue, Goal, Pdf, PdfView
from tests.product import wait_until

PRICE_LIST = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F<</Type/Font
/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F 24 Tf 40 100 Td (Price list 2026) Tj ET
endstream endobj
trailer<</Root 1 0 R>>
%%EOF"""
KINDS = ["text", "email", "phone", "number", "yes_no", "date", "datetime", "picklist", "long"]


@pytest.fixture
def price_list(somebody, shop):
    """A document that Max has uploaded."""
    client = Client()
    client.force_login(User.objects.get(username="max"))
    page = somebody()
    session = client.cookies["parley_session"].value
    page.context.add_cookies([{"name": "parley_session", "value": session, "url": shop.url}])
    page.goto(f"{shop.url}/admin/dialogues/pdf/add/")
    page.get_by_label("Name").fill("Price list")
    file = {"name": "Prices 2026.pdf", "mimeType": "application/pdf", "buffer": PRICE_LIST}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    return Pdf.objects.get()


@pytest.fixture
def every_question(publish, shop, price_list):
    """A published stream with every kind of answer, a document, a goal and an action."""
    Dialogue.objects.update(is_on=False)
    Attribute.objects.bulk_create(Attribute(name=f"is_{kind}", label=kind.capitalize()) for kind in KINDS)
    cards = [
        CaptureCard(
            id=kind,
            question=f"Your {kind.replace('_', ' ')}?",
            attribute=f"is_{kind}",
            type="picklist" if kind == "long" else kind,
            choices=[f"Choice {n}" for n in range(3 if kind == "picklist" else 9)],
            placeholder="Go on",
        )
        for kind in KINDS
    ]
    cards[5:5] = [
        MessageCard(text="Thank you {{is_text|there}}", html="<p>Thank you <b>{{is_text|there}}</b></p>"),
        PdfCard(pdf=price_list.pk, text="Our prices:"),
        GoalCard(goal=Goal.objects.create(name="Has seen the prices").pk),
    ]
    bye = Branch(cards=[MessageCard(text="Bye")])
    end = QuestionCard(id="more", text="Anything else?", responses=[Response(id="no", text="No", branch=bye)])
    cards.append(ActionCard(values={"first_name": "{{is_text}}"}))
    return publish(Document(start=Branch(cards=cards, end=end)), name="Every question")


class AtWidget:
    """Vera in the chat's frame, opened as a page of its own."""

    def __init__(self, page, url):
        self.page, self.console = page, []
        page.set_viewport_size({"width": 372, "height": 600})
        page.on("console", lambda message: self.console.append(message.text))
        page.goto(f"{url}/widget/")

    def asked(self, kind):
        """The field or the buttons of this question, which stand under its words."""
        words = f"Your {kind.replace('_', ' ')}?"
        asked = self.page.locator("[data-part=ask]").get_by_label(words, exact=True)
        expect(asked).to_be_visible()
        return asked

    def write(self, kind, text):
        self.asked(kind).fill(text)
        self.asked(kind).press("Enter")

    def press(self, kind, words):
        self.asked(kind).get_by_role("button", name=words, exact=True).click()

    def said(self):
        return [
            text.strip()
            for text in self.page.locator("[data-author=visitor] .message-body").all_inner_texts()
        ]


def no_violations(page):
    found = Axe().run(page).response["violations"]
    assert not found, [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long_form)])
def test_vera_answers_every_kind_of_question(somebody, shop, every_question, scheme):
    vera = AtWidget(somebody(color_scheme=scheme, locale="en"), shop.url)

    vera.write("text", "Vera")
    vera.write("email", "vera@")
    expect(vera.page.get_by_role("alert")).to_contain_text("name@example.com")
    assert vera.asked("email").get_attribute("aria-invalid") == "true"
    no_violations(vera.page)
    vera.write("email", "vera@kern.example")
    assert vera.asked("phone").get_attribute("type") == "tel"
    vera.write("phone", "+31 20 123 4567")
    vera.write("number", "1,250.50")
    vera.asked("yes_no")
    no_violations(vera.page)
    vera.press("yes_no", "Yes")
    assert vera.asked("date").get_attribute("type") == "date"
    vera.write("date", "2026-06-30")
    vera.write("datetime", "2026-06-30T14:30")
    vera.press("picklist", "Choice 1")
    vera.asked("long").select_option("Choice 7")
    no_violations(vera.page)
    vera.page.get_by_role("button", name="Send").click()
    vera.page.get_by_role("button", name="No", exact=True).click()
    expect(vera.page.get_by_text("The chat has ended", exact=True)).to_be_visible()

    conversation = Conversation.objects.get()
    assert conversation.visitor.attributes == {
        "is_text": "Vera",
        "is_email": "vera@kern.example",
        "is_phone": "+31 20 123 4567",
        "is_number": "1250.5",
        "is_yes_no": "yes",
        "is_date": "2026-06-30",
        "is_datetime": "2026-06-30T14:30",
        "is_picklist": "Choice 1",
        "is_long": "Choice 7",
        "first_name": "Vera",
    }
    assert conversation.goals_reached.count() == 1
    assert vera.said()[3:6] == ["1250.5", "Yes", "June 30, 2026"]
    assert not [line for line in vera.console if "Content Security Policy" in line]


def test_vera_answers_by_keyboard_alone(somebody, shop, every_question):
    vera = AtWidget(somebody(locale="en"), shop.url)
    vera.asked("text").focus()
    for kind, text in {
        "text": "Vera",
        "email": "v@kern.example",
        "phone": "+31201234567",
        "number": "3",
    }.items():
        expect(vera.asked(kind)).to_be_focused()
        vera.page.keyboard.type(text)
        vera.page.keyboard.press("Enter")

    expect(vera.asked("yes_no").get_by_role("button", name="Yes")).to_be_focused()
    vera.page.keyboard.press("Tab")
    vera.page.keyboard.press("Space")
    expect(vera.asked("date")).to_be_focused()


def test_vera_reads_a_document_and_keeps_it(somebody, shop, every_question, price_list):
    vera = AtWidget(somebody(locale="en"), shop.url)
    vera.write("text", "Vera")
    vera.write("email", "vera@kern.example")
    vera.write("phone", "+31 20 123 4567")
    vera.write("number", "3")
    vera.press("yes_no", "No")

    vera.page.get_by_role("link", name="Price list").click()
    document = vera.page.get_by_role("dialog", name="Price list")
    expect(document.get_by_role("heading", name="Price list")).to_be_visible()
    wait_until(PdfView.objects.exists)
    assert PdfView.objects.get().downloaded_at is None
    with vera.page.expect_download() as download:
        document.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == PRICE_LIST
    wait_until(PdfView.objects.filter(downloaded_at__isnull=False).exists)
    vera.page.keyboard.press("Escape")

    expect(document).to_be_hidden()
    expect(vera.asked("date")).to_be_visible()
    assert not [line for line in vera.console if "Content Security Policy" in line]


def test_vera_is_asked_in_her_language(somebody, shop, every_question):
    Appearance.objects.update(blocked_email_domains=["gmail.com"])
    vera = AtWidget(somebody(locale="nl-NL"), shop.url)
    vera.write("text", "Vera")

    vera.write("email", "vera@gmail.com")
    expect(vera.page.get_by_role("alert")).to_contain_text("Please use your work email address.")
    vera.write("email", "vera@kern.example")
    vera.write("phone", "+31 20 123 4567")
    vera.write("number", "1.250,50")
    vera.press("yes_no", "Ja")
    vera.write("date", "2026-06-30")

    expect(vera.asked("datetime")).to_be_visible()
    assert vera.said()[3:6] == ["1250.5", "Ja", "30 juni 2026"]
