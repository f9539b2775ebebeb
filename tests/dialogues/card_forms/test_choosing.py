"""Marketers choose a card's document, goal, attributes or flow, and make those that are not there yet."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dialogues.document import (
    ActionCard,
    Branch,
    Document,
    FlowCard,
    GoalCard,
    LiveChatCard,
    MessageCard,
    PdfCard,
    QuestionCard,
    Response,
)
from dialogues.models import Attribute, Dialogue, Goal, Pdf
from tests.dialogues.card_forms.conftest import Card

PDF = b"%PDF-1.7\n1 0 obj"


@pytest.fixture
def plan(db):
    return Attribute.objects.create(name="plan", label="Plan")


# Document


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_a_pdf_is_uploaded_under_a_plain_name(db, media):
    card = Card(PdfCard(pdf=0))

    card.save("save:new", file=SimpleUploadedFile("Price list (new).PDF", PDF))

    pdf = Pdf.objects.get()
    assert (pdf.name, pdf.file.name, card.card.pdf) == (
        "price-list-new",
        "documents/price-list-new.pdf",
        pdf.pk,
    )
    assert pdf.file.read() == PDF
    pdf.file.close()


def test_the_same_document_is_not_made_twice(db, media):
    card = Card(PdfCard(pdf=0))

    for _ in range(2):
        form = card.save("save:new", name="Prices", file=SimpleUploadedFile("p.pdf", PDF))
        assert form.is_valid(), form.errors
        form = card.save("save:new", name="Hours", address="https://shop.example/hours.pdf")
        assert form.is_valid(), form.errors

    assert sorted(Pdf.objects.values_list("name", flat=True)) == ["Hours", "Prices"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("evil.pdf", b"<html><script>alert(1)</script>", "This file is no PDF."),
        ("evil.pdf", b" %PDF-1.7", "This file is no PDF."),
        ("large.pdf", PDF + b"x" * 10 * 1024 * 1024, "The file is larger than 10 MB."),
        ("empty.pdf", b"", "The submitted file is empty."),
    ],
)
def test_what_is_no_pdf_or_too_large_is_refused(db, media, name, content, words):
    form = Card(PdfCard(pdf=0)).save("save:new", file=SimpleUploadedFile(name, content))

    assert form.errors["file"] == [words]
    assert not Pdf.objects.exists()
    assert '<details class="new" open>' in str(form)


def test_a_document_can_lie_at_an_address(db):
    card = Card(PdfCard(pdf=0))

    card.save("save:new", address="https://shop.example/files/Price%20list.pdf")

    assert Pdf.objects.get(pk=card.card.pdf).name == "Price list"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "shop"])
def test_an_address_is_one_of_a_web_page(db, address):
    form = Card(PdfCard(pdf=0)).save("save:new", address=address)

    assert "address" in form.errors


def test_another_document_of_the_same_name_is_refused(db, media):
    Pdf.objects.create(name="Prices", address="https://shop.example/a.pdf")

    form = Card(PdfCard(pdf=0)).save("save:new", name="prices", file=SimpleUploadedFile("p.pdf", PDF))

    assert form.errors["name"] == ["There is another document of this name: give this one another."]


# Goal, action, flow


def test_a_goal_is_made_by_its_name_or_found(db):
    card = Card(GoalCard(goal=0))

    card.save("save:new", name="Asked for a price", score="5")
    goal = Goal.objects.get()
    card.save("save:new", name="asked for a PRICE")

    assert card.card.goal == goal.pk
    assert Goal.objects.get().score == 5


def test_a_score_needs_a_goal(db):
    assert "name" in Card(GoalCard(goal=0)).save("save:new", score="5").errors
    assert "score" in Card(GoalCard(goal=0)).save("save:new", name="x", score="-1").errors


def test_an_action_sets_attributes_that_exist(plan):
    card = Card(ActionCard(values={}))
    card.save(**{"0__attribute": "plan", "0__value": "{{first_name|Prime}}"})
    card.save(**{"1__attribute": "email", "1__value": ""})

    assert card.card.values == {"plan": "{{first_name|Prime}}", "email": ""}
    assert "1-attribute" in card.save(**{"1__attribute": "plan"}).errors
    assert "0-attribute" in card.save(**{"0__attribute": "shoe_size"}).errors


def test_a_value_without_an_attribute_is_asked_about(plan):
    form = Card(ActionCard(values={})).save(**{"0__value": "Prime"})

    assert form.errors == {"0-attribute": ["Choose the attribute."]}


def test_a_flow_says_that_it_may_end_in_a_live_chat(publish, round_robin, db):
    ask = QuestionCard(
        text="?", responses=[Response(text="a", branch=Branch(end=LiveChatCard(route=round_robin.pk)))]
    )
    for name in ("Hours", "Sales"):
        Dialogue.objects.create(name=name, is_flow=True)
    Dialogue.objects.create(name="Draft", is_flow=True)
    publish(Document(start=Branch(cards=[MessageCard(text="9 to 5")])), name="Hours")
    publish(Document(start=Branch(end=ask)), name="Sales")

    choices = dict(Card(FlowCard(flow=0)).form.fields["flow"].choices).values()

    assert set(choices) == {"Choose…", "Hours", "Sales (may end in a live chat)", "Draft (not published)"}
