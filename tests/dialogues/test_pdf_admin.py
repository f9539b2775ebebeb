"""Marketers keep the documents and goals that cards name."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dialogues.models import Goal, Pdf, PdfView

PDF = b"%PDF-1.7\n1 0 obj"
PRICES = "https://shop.example/prices.pdf"


@pytest.fixture
def mia(client, db, settings, tmp_path):
    """A browser in which Mia is signed in, a marketing user."""
    settings.MEDIA_ROOT = tmp_path
    user = User.objects.create_user("mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing User"))
    client.force_login(user)
    return client


def save(browser, pdf=None, **typed):
    page = "admin:dialogues_pdf_change" if pdf else "admin:dialogues_pdf_add"
    return browser.post(
        reverse(page, args=[pdf.pk] if pdf else []), {"name": "Prices", "address": "", **typed}
    )


def file(content=PDF, name="p.pdf"):
    return SimpleUploadedFile(name, content)


def test_mia_uploads_a_document(mia):
    assert save(mia, file=file()).status_code == 302

    assert Pdf.objects.get().file.name == "documents/p.pdf"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"file": b"<html>"}, "This file is no PDF."),
        ({}, "Either upload the file or give its address."),
        ({"file": PDF, "address": PRICES}, "Either upload the file or give its address."),
        ({"address": "javascript:alert(1)"}, "Enter a valid URL."),
    ],
)
def test_what_is_no_document_is_refused(mia, typed, words):
    answer = save(mia, **{name: file(each) if name == "file" else each for name, each in typed.items()})

    assert words in answer.text
    assert not Pdf.objects.exists()


def test_an_address_takes_the_place_of_a_file_and_a_file_that_of_an_address(mia):
    save(mia, file=file())
    pdf = Pdf.objects.get()

    assert save(mia, pdf, address=PRICES).status_code == 302
    pdf.refresh_from_db()
    assert (pdf.file.name, pdf.address) == ("", PRICES)

    assert save(mia, pdf, address=PRICES, file=file()).status_code == 302
    pdf.refresh_from_db()
    assert (bool(pdf.file), pdf.address) == (True, "")


def test_another_name_leaves_the_file_as_it_is(mia):
    save(mia, file=file())
    pdf = Pdf.objects.get()

    save(mia, pdf, name="Price list")

    pdf.refresh_from_db()
    assert (pdf.name, pdf.file.name) == ("Price list", "documents/p.pdf")


def test_the_list_says_how_often_it_was_opened_and_downloaded(mia, requested):
    pdf = Pdf.objects.create(name="Prices", address=PRICES)
    PdfView.objects.note(requested(), pdf, is_download=False)

    row = mia.get(reverse("admin:dialogues_pdf_changelist")).text

    assert '<td class="field-opened">1</td><td class="field-downloaded">0</td>' in row


def test_a_goal_that_was_named_stays_and_says_how_often_it_was_reached(mia, requested):
    goal = Goal.objects.create(name="Asked for a price")
    requested().goals_reached.create(goal=goal)

    assert (
        '<td class="field-times_reached">1</td>' in mia.get(reverse("admin:dialogues_goal_changelist")).text
    )
    mia.post(reverse("admin:dialogues_goal_delete", args=[goal.pk]), {"post": "yes"})
    assert Goal.objects.filter(pk=goal.pk).exists()
