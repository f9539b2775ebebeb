"""What the stream says, what is answered, and what is kept of it."""

import pytest

from dialogues.document import (
    Branch,
    CaptureCard,
    Document,
    MessageCard,
    QuestionCard,
    Response,
)
from dialogues.models import Conversation, OutOfDate, Visitor
from tests.dialogues.test_conversation import is_numbered_without_a_gap, said

THANKS = Branch(cards=[MessageCard(text="Thank you")])


def everything(conversation):
    """Whatever an answer could change."""
    return (
        Conversation.objects.values().get(pk=conversation.pk),
        Visitor.objects.values().get(pk=conversation.visitor_id),
        list(conversation.messages.values()),
    )


# The engine


def test_a_conversation_says_the_cards_up_to_the_first_that_waits(publish, vera):
    question = QuestionCard(id="ask", text="Well?", responses=[Response(id="yes", text="Yes", branch=THANKS)])
    cards = [MessageCard(text="Hello"), MessageCard(text="We sell lamps")]

    conversation = Conversation.start(vera, publish(Document(start=Branch(cards=cards, end=question))))

    assert said(conversation) == [("bot", "Hello"), ("bot", "We sell lamps"), ("bot", "Well?")]
    assert conversation.card == "ask"


def test_vera_is_led_to_the_live_chat_card(talk_to_sales, vera):
    conversation = Conversation.start(vera, talk_to_sales, page="https://shop.example/")

    conversation.answer("talk", "yes")
    conversation.answer("name", "Vera")
    conversation.answer("mail", "vera@kern.example")

    assert said(conversation) == [
        ("bot", "Would you like to talk to someone?"),
        ("visitor", "Yes, please"),
        ("bot", "What is your first name?"),
        ("visitor", "Vera"),
        ("bot", "And your email?"),
        ("visitor", "vera@kern.example"),
        ("bot", "One moment…"),
    ]
    assert {message.author_id for message in conversation.messages.filter(author="visitor")} == {vera.pk}
    assert (conversation.card, conversation.route) == ("chat", talk_to_sales.routes.get())
    assert conversation.page == "https://shop.example/"
    assert conversation.ended_at is None
    assert is_numbered_without_a_gap(conversation)


def test_just_looking_ends_the_conversation(talk_to_sales, vera):
    conversation = Conversation.start(vera, talk_to_sales)

    conversation.answer("talk", "no")

    assert conversation.ended_at
    assert conversation.card == ""
    assert said(conversation)[-2:] == [("visitor", "Just looking"), ("bot", "All right.")]


def test_a_response_goes_its_own_way(publish, vera):
    responses = [
        Response(id="lamps", text="Lamps", branch=Branch(cards=[MessageCard(text="Bright ones")])),
        Response(id="chairs", text="Chairs", branch=Branch(cards=[MessageCard(text="Soft ones")])),
    ]
    question = QuestionCard(id="ask", text="What?", responses=responses)
    conversation = Conversation.start(vera, publish(Document(start=Branch(end=question))))

    conversation.answer("ask", "chairs")

    assert said(conversation)[1:] == [("visitor", "Chairs"), ("bot", "Soft ones")]
    assert conversation.ended_at


def test_answers_are_kept_as_attributes(talk_to_sales, db):
    visitor = Visitor.objects.create(attributes={"company": "Kern"})
    conversation = Conversation.start(visitor, talk_to_sales)

    conversation.answer("talk", "yes")
    conversation.answer("name", "  Vera ")
    conversation.answer("mail", "vera@kern.example")

    visitor.refresh_from_db()
    assert visitor.attributes == {"company": "Kern", "first_name": "Vera", "email": "vera@kern.example"}


@pytest.mark.parametrize(("value", "kept"), [("", "Yes, please"), ("wants-lamps", "wants-lamps")])
def test_what_is_stored_of_a_response_is_its_value_else_its_text(publish, vera, value, kept):
    responses = [Response(id="yes", text="Yes, please", value=value, branch=THANKS)]
    question = QuestionCard(id="ask", text="Lamps?", responses=responses, attribute="first_name")
    conversation = Conversation.start(vera, publish(Document(start=Branch(end=question))))

    conversation.answer("ask", "yes")

    vera.refresh_from_db()
    assert vera.attributes["first_name"] == kept
    assert said(conversation)[-2] == ("visitor", "Yes, please")


def test_a_question_without_an_attribute_stores_nothing(talk_to_sales, vera):
    before = dict(vera.attributes)

    Conversation.start(vera, talk_to_sales).answer("talk", "yes")

    vera.refresh_from_db()
    assert vera.attributes == before


def test_an_answer_can_be_html(talk_to_sales, vera):
    conversation = Conversation.start(vera, talk_to_sales)
    conversation.answer("talk", "yes")

    conversation.answer("name", "<script>alert(1)</script>")

    assert said(conversation)[-2] == ("visitor", "<script>alert(1)</script>")


# Answers that cannot be taken change nothing


@pytest.mark.parametrize(
    ("card", "given"),
    [
        ("talk", "yes"),
        ("talk", "no"),
        ("mail", "vera@kern.example"),
        ("chat", "hello"),
        ("", ""),
        ("gone", "x"),
    ],
)
def test_an_answer_to_another_card_is_out_of_date(at_name, card, given):
    before = everything(at_name)

    with pytest.raises(OutOfDate):
        at_name.answer(card, given)

    assert everything(at_name) == before


def test_the_same_answer_twice_is_taken_once(at_name):
    second_tab = Conversation.objects.get(pk=at_name.pk)
    at_name.answer("name", "Vera")
    before = everything(at_name)

    with pytest.raises(OutOfDate):
        second_tab.answer("name", "Vera")

    assert everything(at_name) == before


@pytest.mark.parametrize("given", ["", "maybe", "talk"])
def test_a_response_that_is_none_is_refused(talk_to_sales, vera, given):
    conversation = Conversation.start(vera, talk_to_sales)
    before = everything(conversation)

    with pytest.raises(ValueError, match="Choose"):
        conversation.answer("talk", given)

    assert everything(conversation) == before


def test_a_bad_email_address_is_refused_and_can_be_given_again(at_name):
    at_name.answer("name", "Vera")
    before = everything(at_name)

    with pytest.raises(ValueError, match="email address"):
        at_name.answer("mail", "vera at kern")
    assert everything(at_name) == before

    at_name.answer("mail", "vera@kern.example")
    assert at_name.card == "chat"


def test_a_bad_phone_number_is_refused(publish, vera):
    asks = [CaptureCard(id="phone", question="Your number?", attribute="first_name", type="phone")]
    conversation = Conversation.start(vera, publish(Document(start=Branch(cards=asks))))

    with pytest.raises(ValueError, match="phone number"):
        conversation.answer("phone", "call me")

    assert said(conversation) == [("bot", "Your number?")]


def test_a_live_chat_card_takes_no_answer(at_name):
    at_name.answer("name", "Vera")
    at_name.answer("mail", "vera@kern.example")
    before = everything(at_name)

    with pytest.raises(OutOfDate):
        at_name.answer("chat", "hello")

    assert everything(at_name) == before


def test_a_conversation_that_has_ended_takes_no_answer(talk_to_sales, vera):
    conversation = Conversation.start(vera, talk_to_sales)
    conversation.close()
    before = everything(conversation)

    with pytest.raises(OutOfDate):
        conversation.answer("talk", "yes")

    assert everything(conversation) == before
