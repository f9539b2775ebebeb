"""Marketers write what a message says, what a question asks, and what a visitor is to fill in."""

import pytest

from dialogues.admin.card_forms import Choices, form_for
from dialogues.document import Branch, CaptureCard, Document, MessageCard
from dialogues.editing import Refused
from tests.dialogues.card_forms.conftest import Card, yes_or_no

# Message


def test_a_message_is_rich_text_and_its_plain_words(db):
    card = Card(MessageCard(text="Hello"))

    card.save(html="<p>Hello <b>{{first_name|there}}</b></p><script>alert(1)</script>")

    assert card.card.html == "<p>Hello <b>{{first_name|there}}</b></p>"
    assert card.card.text == "Hello {{first_name|there}}"


def test_a_message_says_the_same_in_dutch(dutch):
    card = Card(MessageCard(text="Hello"))

    card.save(nl__html="<p>Hallo <i>daar</i></p>")

    assert card.card.said("text", "nl-BE") == "Hallo daar"
    assert card.card.said("html", "nl-BE") == "<p>Hallo <i>daar</i></p>"
    assert card.card.said("text", "fr") == "Hello"


def test_a_translation_that_is_emptied_is_gone_and_other_languages_stay(dutch):
    card = Card(MessageCard(text="Hello", translations={"nl": {"text": "Hoi"}, "fr": {"text": "Salut"}}))
    card.save(nl__html="<p>Hallo</p>")

    card.save(nl__html="")

    assert card.card.translations == {"fr": {"text": "Salut"}}


# Question


def test_a_response_that_says_something_else_keeps_its_branch_and_its_stored_value(db):
    card = Card(yes_or_no())

    card.save(response__yes__text="Gladly", response__yes__value="yes")

    [first, _] = card.card.responses
    assert (first.id, first.text, first.value) == ("yes", "Gladly", "yes")
    assert first.branch.cards[0].text == "Good."


def test_two_responses_can_change_places_by_their_texts(db):
    card = Card(yes_or_no())

    card.save(response__yes__text="No", response__no__text="Yes")

    assert [(each.id, each.text) for each in card.card.responses] == [("yes", "No"), ("no", "Yes")]


def test_the_last_row_makes_a_response_and_typing_on_makes_no_second(db):
    card = Card(yes_or_no())
    sent = card.shown.sent
    [row] = {name for name in sent if name.startswith("q-response-") and name.endswith("-text")} - {
        "q-response-yes-text",
        "q-response-no-text",
    }

    for text in ("May", "Maybe"):
        form = form_for(card.card, Choices(card.document), sent | {row: text, "do": "save"})
        assert form.is_valid()
        form.write(card.card)

    assert [each.text for each in card.card.responses] == ["Yes", "No", "Maybe"]


def test_a_response_that_leads_nowhere_can_be_cleared_and_one_that_leads_to_cards_cannot(db):
    card = Card(yes_or_no())

    card.save(response__no__text="")
    with pytest.raises(Refused, match="“Yes” leads to cards"):
        card.save(response__yes__text=" ")

    assert [each.text for each in card.card.responses] == ["Yes"]


def test_two_responses_that_say_the_same_are_refused(db):
    with pytest.raises(Refused, match="say the same"):
        Card(yes_or_no()).save(response__no__text=" Yes ")


def test_a_button_moves_a_response(db):
    card = Card(yes_or_no())

    card.save("save:down:yes")

    assert [each.id for each in card.card.responses] == ["no", "yes"]
    card.save("save:up:yes")
    assert [each.id for each in card.card.responses] == ["yes", "no"]


def test_a_response_is_translated(dutch):
    card = Card(yes_or_no())

    card.save(nl__response__yes="Ja", nl__text="Zullen we?")

    assert card.card.responses[0].said("text", "nl") == "Ja"
    assert card.card.said("text", "nl") == "Zullen we?"


def test_only_the_first_card_can_poke(db):
    question = yes_or_no()
    document = Document(start=Branch(cards=[MessageCard(text="Hi")], end=question))

    first, later = Card(yes_or_no()), form_for(question, Choices(document))

    assert "q-poke" in first.shown.sent
    assert "poke" not in later.fields
    sent = {name: value for name, value in first.shown.sent.items() if name != "q-poke"}
    form = form_for(first.card, Choices(first.document), sent)
    assert form.is_valid()
    form.write(first.card)
    assert first.card.poke is False


# Information capture


def test_a_picklist_has_its_choices_one_a_line(dutch):
    card = Card(CaptureCard(question="Size?", attribute="email"))

    card.save(type="picklist", choices="Small\n\n  Very   large \n", nl__choices="Klein\nHeel groot")

    assert card.card.choices == ["Small", "Very large"]
    assert card.card.said("choices", "nl").splitlines() == ["Klein", "Heel groot"]


def test_a_choice_is_there_once(db):
    form = Card(CaptureCard(question="Size?", attribute="email")).save(choices="a\nb\na")

    assert form.errors == {"choices": ["Two choices say the same."]}


def test_what_is_known_can_be_skipped(db):
    card = Card(CaptureCard(question="Email?", attribute="email"))

    card.save(if_known="skip")

    assert card.card.if_known == "skip"


def test_an_attribute_that_is_gone_keeps_nobody_from_saving_something_else(db):
    card = Card(CaptureCard(question="?", attribute="gone"))

    assert card.save(question="Your plan?").is_valid()
    assert card.card.question == "Your plan?"
    assert "gone (no longer exists)" in str(card.form)
