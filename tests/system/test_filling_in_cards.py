"""Max fills in the forms of cards in a real browser."""

import pytest
from playwright.sync_api import expect

from dialogues.document import (
    Branch,
    Case,
    ConditionalCard,
    Document,
    MessageCard,
    PdfCard,
    QuestionCard,
    Response,
)
from dialogues.models import Dialogue, Pdf, Stream
from tests.product import wait_until
from tests.system.test_answering import PRICE_LIST
from tests.system.test_designer import AtDesigner


@pytest.fixture
def max_fills_in(somebody, shop):
    """Opens the form of a card in a draft that begins with these cards."""
    opened = []

    def max_fills_in(*cards, end=None):
        dialogue = Dialogue.objects.create(name="Pricing page")
        Stream.draft_of(dialogue).write(Document(start=Branch(cards=list(cards), end=end)))
        page = AtDesigner(somebody(), shop, dialogue)
        opened.append(page)
        page.page.goto(f"{page.page.url}?chosen=card:{[*cards, end][0].id}")
        return page, dialogue

    yield max_fills_in
    assert not [text for page in opened for text in page.console if "Content Security Policy" in text]


def first(dialogue):
    return dialogue.draft.read().start.from_card(0)[0]


def insert(page, label, *, what, instead):
    picker = page.side.locator("token-picker").filter(has_text=f"into {label}")
    picker.locator("summary").click()
    picker.get_by_label("What").select_option(label=what)
    picker.get_by_label("Else").fill(instead)
    picker.get_by_role("button", name="Insert", exact=True).click()


def test_max_puts_a_token_where_he_writes(max_fills_in):
    page, dialogue = max_fills_in(end=QuestionCard(id="q", text="Hello !", responses=[Response(text="Hi")]))
    question = page.side.get_by_label("Question", exact=True)
    question.focus()
    question.evaluate("field => field.setSelectionRange(6, 6)")

    insert(page, "Question", what="First name", instead="there")

    expect(question).to_have_value("Hello {{first_name|there}}!")
    wait_until(lambda: first(dialogue).text == "Hello {{first_name|there}}!")


@pytest.mark.long_form
def test_max_puts_a_token_into_rich_text(max_fills_in):
    page, dialogue = max_fills_in(MessageCard(id="m", text=""))
    text = page.side.get_by_role("textbox", name="Text", exact=True)
    text.focus()
    page.page.keyboard.type("Hello ")

    insert(page, "Text", what="Email", instead="")
    page.page.keyboard.type("!")

    expect(text).to_have_text("Hello {{email}}!")
    wait_until(lambda: first(dialogue).text == "Hello {{email}}!")


@pytest.mark.long_form
def test_who_types_slowly_writes_one_response(max_fills_in):
    page, dialogue = max_fills_in(end=QuestionCard(id="q", text="Hello?", responses=[Response(text="Yes")]))
    new = page.side.get_by_label("Response", exact=True).last

    new.press_sequentially("May")
    wait_until(lambda: [each.text for each in first(dialogue).responses] == ["Yes", "May"])
    new.press_sequentially("be")

    wait_until(lambda: [each.text for each in first(dialogue).responses] == ["Yes", "Maybe"])


def test_max_uploads_a_document_beside_its_card(max_fills_in):
    page, dialogue = max_fills_in(PdfCard(id="d", pdf=0))
    page.side.get_by_text("A new document").click()

    page.side.get_by_label("PDF file").set_input_files(
        {"name": "Price list.pdf", "mimeType": "application/pdf", "buffer": PRICE_LIST}
    )

    expect(page.side.get_by_role("link", name="Look at “price-list”")).to_be_visible()
    assert first(dialogue).pdf == Pdf.objects.get().pk


def test_what_is_no_pdf_is_refused_beside_its_field(max_fills_in):
    page, _ = max_fills_in(PdfCard(id="d", pdf=0))
    page.side.get_by_text("A new document").click()

    page.side.get_by_label("PDF file").set_input_files(
        {"name": "evil.pdf", "mimeType": "application/pdf", "buffer": b"<script>"}
    )

    expect(page.side.get_by_text("This file is no PDF.")).to_be_visible()
    assert not Pdf.objects.exists()


def test_max_makes_branches_by_conditions(max_fills_in):
    page, dialogue = max_fills_in(end=ConditionalCard(id="c", cases=[Case(id="a")]))
    page.side.get_by_label("Attribute").first.select_option(label="Language")
    page.side.get_by_label("Value").first.fill("nl")
    page.side.get_by_role("button", name="Add a branch").click()
    expect(page.side.get_by_role("group", name="Branch 2", exact=True)).to_be_visible()

    page.side.get_by_role("button", name="Move up branch 2").click()

    wait_until(lambda: first(dialogue).cases[-1].id == "a")
    assert first(dialogue).cases[1].conditions.in_words() == 'Language is "nl"'
    expect(page.canvas.get_by_role("button", name='Language is "nl"', exact=True)).to_be_visible()
