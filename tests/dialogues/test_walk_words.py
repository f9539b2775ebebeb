"""What is said on a walk, and what is kept of the answers: tokens filled in, in the visitor's language."""

import pytest

from dialogues.document import Branch, CaptureCard, Document, MessageCard, QuestionCard, Response
from dialogues.models import Appearance, Conversation, Dialogue, Stream
from dialogues.models.message import LONGEST_MESSAGE
from dialogues.walk import Said
from tests.dialogues.walking import ASK


def test_tokens_say_what_is_known_or_something_else(walk):
    hello = MessageCard(
        text="Hello {{ first_name | there }}{{email}}!", html="<p>Hello {{first_name|there}}</p>"
    )

    known, unknown = walk(hello, first_name="Vera")[0][0], walk(hello)[0][0]

    assert (known.text, known.html) == ("Hello Vera!", "<p>Hello Vera</p>")
    assert (unknown.text, unknown.html) == ("Hello there!", "<p>Hello there</p>")


@pytest.mark.parametrize(
    "evil",
    [
        "<img src=x onerror=alert(1)>",
        "</p><script>alert(1)</script>",
        '"><b>',
        "{{email}}",
        "{{first_name|{{email}}}}",
        "\\1 \\g<0> %s {0}",
        "\u202egnp.exe",
    ],
)
def test_what_a_visitor_is_called_stays_words(publish, vera, evil):
    hello = MessageCard(text="Hi {{first_name}}!", html="<p>Hi <b>{{first_name}}</b>!</p>")
    stream = publish(Document(start=Branch(cards=[hello, ASK])))
    vera.attributes = {"first_name": evil, "email": "secret@kern.example"}
    vera.save()

    message = Conversation.start(vera, stream).messages.first()

    assert message.body == f"Hi {evil}!"
    assert "<img" not in message.rich
    assert "<script" not in message.rich
    assert "secret" not in message.body + message.rich


def test_what_visitors_have_answered_never_makes_a_message_too_long(publish, vera):
    text = "{{first_name}}" + "x" * (LONGEST_MESSAGE - 20)
    stream = publish(Document(start=Branch(cards=[MessageCard(text=text, html=f"<p>{text}</p>"), ASK])))
    vera.attributes = {"first_name": "V" * 250}
    vera.save()

    message = Conversation.start(vera, stream).messages.first()

    assert len(message.body) == LONGEST_MESSAGE
    assert message.body.endswith("…")
    assert message.html == ""


def test_the_bot_speaks_the_language_of_the_visitor(walk):
    hello = MessageCard(
        text="Hello", html="<p>Hello</p>", translations={"nl": {"text": "Hallo", "html": "<p>Hallo</p>"}}
    )

    assert walk(hello, language="nl-BE")[0][0] == Said("Hallo", "<p>Hallo</p>")
    assert walk(hello, language="fr")[0][0] == Said("Hello", "<p>Hello</p>")


def test_rich_text_of_another_language_is_not_shown_where_only_the_words_are_translated(walk):
    hello = MessageCard(text="Hello", html="<p>Hello</p>", translations={"nl": {"text": "Hallo"}})

    assert walk(hello, language="nl")[0][0] == Said("Hallo", "")


def test_what_is_stored_is_the_response_s_value_and_what_is_said_its_text(publish, vera):
    Appearance.objects.update(languages=["en", "nl"])
    yes = Response(
        id="yes",
        text="Yes",
        value="wants_demo",
        translations={"nl": {"text": "Ja"}},
        branch=Branch(cards=[ASK]),
    )
    question = QuestionCard(
        id="q", text="?", attribute="first_name", responses=[yes], translations={"nl": {"text": "?"}}
    )
    stream = Stream.draft_of(Dialogue.objects.create(name="Demo"))
    stream.write(Document(start=Branch(end=question)))

    conversation = Conversation.start(vera, stream, language="nl-NL")
    conversation.answer("q", "yes")

    assert conversation.messages.all()[1].body == "Ja"
    assert conversation.visitor.attributes["first_name"] == "wants_demo"


def test_every_kind_of_answer_is_kept_plain_and_said_in_words(publish, vera):
    asked = {
        "number": ("1.234,5", "1234.5", "1234.5"),
        "yes_no": ("yes", "yes", "Ja"),
        "date": ("2026-06-30", "2026-06-30", "30 juni 2026"),
        "datetime": ("2026-06-30T14:30", "2026-06-30T14:30", "30 juni 2026 14:30"),
        "picklist": ("Small", "Small", "Klein"),
    }
    cards = [
        CaptureCard(
            id=kind,
            question="?",
            attribute="first_name",
            type=kind,
            choices=["Small"],
            translations={"nl": {"choices": "Klein"}},
        )
        for kind in asked
    ]
    stream = Stream.draft_of(Dialogue.objects.create(name="Everything"))
    stream.write(Document(start=Branch(cards=[*cards, ASK])))
    conversation = Conversation.start(vera, stream, language="nl")

    for kind, (given, kept, said) in asked.items():
        conversation.answer(kind, given)
        assert conversation.visitor.attributes["first_name"] == kept
        assert conversation.messages.filter(author="visitor").last().body == said


def test_an_address_of_a_blocked_domain_is_asked_for_again(publish, vera):
    Appearance.objects.update(blocked_email_domains=["gmail.com"])
    stream = publish(
        Document(start=Branch(cards=[CaptureCard(id="m", question="?", attribute="email", type="email")]))
    )
    conversation = Conversation.start(vera, stream)

    with pytest.raises(ValueError, match="work email address"):
        conversation.answer("m", "vera@gmail.com")

    assert conversation.messages.count() == 1
    assert conversation.card == "m"
