"""What the widget shows for each card, and what it tells of documents."""

import re

import pytest
from django.core.files.base import ContentFile

from dialogues.document import (
    ActionCard,
    Branch,
    CaptureCard,
    Case,
    ConditionalCard,
    Document,
    FlowCard,
    GoalCard,
    MessageCard,
    PdfCard,
    QuestionCard,
    Response,
)
from dialogues.models import Appearance, Conversation, Dialogue, Goal, Pdf, PdfView, Visitor
from routing.models import Method, Route
from tests.dialogues.conftest import phase

PDF = b"%PDF-1.7\n1 0 obj"


@pytest.fixture
def asks(publish):
    """Publishes a stream that begins with these cards."""

    def asks(*cards, end=None):
        return publish(Document(start=Branch(cards=list(cards), end=end)))

    return asks


@pytest.fixture
def price_list(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Pdf.objects.create(name="Price list", file=ContentFile(PDF, name="a.pdf"))


def capture(type, **fields):
    return CaptureCard(id="ask", question="And this?", attribute="email", type=type, **fields)


def field(page):
    """The attributes of the field or the fields that take the answer."""
    [tag] = re.findall(r'<(?:input|select)\s[^>]*?name="given"[^>]*>', page.text)
    return dict(re.findall(r'([\w-]+)="([^"]*)"', tag))


def buttons(page):
    return re.findall(r'name="given"\s+value="([^"]*)"[^>]*>([^<]*)<', page.text)


@pytest.mark.parametrize(
    ("type", "kind", "keyboard"),
    [
        ("text", "text", "text"),
        ("email", "email", "email"),
        ("phone", "tel", "tel"),
        ("number", "text", "decimal"),
        ("date", "date", None),
        ("datetime", "datetime-local", None),
    ],
)
def test_each_kind_of_answer_has_its_field_and_its_keyboard(widget, asks, type, kind, keyboard):
    asks(capture(type, placeholder="Go on"))

    shown = field(widget.get())

    assert (shown["type"], shown.get("inputmode")) == (kind, keyboard)
    assert (shown["aria-label"], shown["placeholder"]) == ("And this?", "Go on")
    assert shown["aria-describedby"] == "trouble"


def test_yes_and_no_are_two_buttons_in_the_visitor_s_language(client, widget, asks):
    asks(capture("yes_no"))

    assert buttons(widget.get()) == [("yes", "Yes"), ("no", "No")]
    dutch = client.get("/widget/chat/", headers={"Accept-Language": "nl-BE,nl;q=0.8"})
    assert buttons(dutch) == [("yes", "Ja"), ("no", "Nee")]


def test_few_choices_are_buttons_and_many_a_list(widget, asks):
    asks(capture("picklist", choices=list("abcdef")))
    few = widget.get()
    asks(capture("picklist", choices=list("abcdefg")))

    many = widget.get()

    assert [value for value, _ in buttons(few)] == list("abcdef")
    assert field(many)["aria-label"] == "And this?"
    assert many.text.count("<option") == 8


def test_a_choice_that_is_refused_stays_chosen_beside_what_is_wrong(widget, asks):
    asks(capture("picklist", choices=list("abcdefg")))

    nothing = widget.answer("ask", "")

    assert nothing.status_code == 422
    assert 'aria-invalid="true"' in nothing.text
    assert "Please fill this in." in nothing.text


@pytest.mark.parametrize(
    ("type", "given", "kept", "next"),
    [
        ("number", "2,5", "2.5", "2.5"),
        ("yes_no", "no", "no", "No"),
        ("date", "2026-06-30", "2026-06-30", "June 30, 2026"),
        ("picklist", "b", "b", "b"),
    ],
)
def test_an_answer_before_there_is_a_conversation_begins_one(widget, asks, type, given, kept, next):
    asks(capture(type, choices=["a", "b"]), CaptureCard(id="then", question="Then?", attribute="first_name"))

    answered = widget.answer("ask", given)

    assert answered.status_code == 200
    assert Visitor.objects.get().attributes["email"] == kept
    assert Conversation.objects.get().messages.get(author="visitor").body == next
    assert field(answered)["aria-label"] == "Then?"


@pytest.mark.parametrize(
    ("type", "given"), [("number", "many"), ("yes_no", "maybe"), ("date", "soon"), ("picklist", "c")]
)
def test_a_wrong_answer_is_refused_beside_the_field(widget, asks, type, given):
    asks(capture(type, choices=["a", "b"]))

    refused = widget.answer("ask", given)

    assert refused.status_code == 422
    assert re.search(r'id="trouble"[^>]*>\s*(Please|Choose)', refused.text)
    assert not Conversation.objects.exists()


def test_an_email_of_a_blocked_domain_is_refused_in_words(widget, asks):
    Appearance.objects.update(blocked_email_domains=["gmail.com"])
    asks(capture("email"))

    refused = widget.answer("ask", "vera@gmail.com")

    assert "Please use your work email address." in refused.text
    assert field(refused)["value"] == "vera@gmail.com"


def test_a_question_is_labelled_with_what_was_said(widget, asks, vera, frame_of):
    question = CaptureCard(id="ask", question="{{first_name|You}}, your email?", attribute="email")
    asks(question)

    assert field(widget.get())["aria-label"] == "You, your email?"
    assert field(frame_of(vera).get())["aria-label"] == "Vera, your email?"


def test_a_question_and_its_responses_speak_the_visitor_s_language(client, asks):
    Appearance.objects.update(languages=["en", "nl"])
    card = QuestionCard(
        text="Shall we?",
        translations={"nl": {"text": "Zullen we?"}},
        responses=[
            Response(
                id="yes",
                text="Yes",
                translations={"nl": {"text": "Ja, graag"}},
                branch=Branch(cards=[_bye()]),
            )
        ],
    )
    asks(end=card)

    page = client.get("/widget/chat/", headers={"Accept-Language": "nl"})

    assert buttons(page) == [("yes", "Ja, graag")]
    assert 'aria-label="Zullen we?"' in page.text


def _bye():
    return MessageCard(text="Bye", translations={"nl": {"text": "Dag"}})


@pytest.mark.parametrize("first", ["message", "document", "goal", "action", "flow", "conditional"])
def test_a_stream_may_begin_with_any_card(widget, publish, asks, first):
    goal = Goal.objects.create(name="Begun")
    flow = Dialogue.objects.create(name="Hours", is_flow=True)
    publish(Document(start=Branch(cards=[MessageCard(text="9 to 5")])), name="Hours")
    pdf = Pdf.objects.create(name="Prices", address="https://shop.example/p.pdf")
    ask = capture("text")
    cards = {
        "message": MessageCard(text="Hello"),
        "document": PdfCard(pdf=pdf.pk),
        "goal": GoalCard(goal=goal.pk),
        "action": ActionCard(values={"first_name": "Friend"}),
        "flow": FlowCard(flow=flow.pk),
    }
    if first == "conditional":
        end, live = ConditionalCard(), CaptureCard(question="Live?", attribute="email")
        end.otherwise.branch = Branch(cards=[ask])
        end.cases = [Case(route=Route.objects.to(Method.ROUND_ROBIN).pk, branch=Branch(cards=[live]))]
        asks(end=end)
    else:
        asks(cards[first], ask)

    shown = widget.get()
    answered = widget.answer("ask", "Fine")

    assert field(shown)["aria-label"] == "And this?"
    assert phase(answered) == "ended"
    texts = [message.body for message in Conversation.objects.get().messages.all()]
    for text in texts[: texts.index("And this?")]:
        assert text.split(" (")[0] in shown.text


# Documents


def test_a_document_is_shown_under_a_name_of_its_own_in_any_frame_that_may_hold_the_chat(
    client, price_list, workspace
):
    workspace.allowed_sites = ["https://shop.example"]
    workspace.save()

    answer = client.get(price_list.link)

    assert price_list.link.endswith("/price-list.pdf")
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"] == 'inline; filename="price-list.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'self' https://shop.example" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert client.get(f"{price_list.link}?download")["Content-Disposition"].startswith("attachment")


def test_a_document_elsewhere_is_one_step_away(client, db):
    pdf = Pdf.objects.create(name="Prices", address="https://shop.example/p.pdf")

    assert client.get(pdf.link).url == "https://shop.example/p.pdf"


@pytest.mark.parametrize("forged", ["1", "1:forged", "forged", "1:forged/a.pdf"])
def test_nobody_guesses_the_address_of_a_document(client, price_list, forged):
    assert client.get(f"/widget/documents/{forged}/").status_code == 404


def test_vera_opens_and_downloads_a_document(widget, asks, price_list):
    asks(
        capture("text"),
        PdfCard(pdf=price_list.pk),
        CaptureCard(id="then", question="Then?", attribute="first_name"),
    )
    answered = widget.answer("ask", "Fine")
    conversation = Conversation.objects.get()
    signed = price_list.link.split("/")[3]
    assert price_list.link in answered.text

    for did in ("opened", "downloaded", "opened"):
        told = widget.post("documents", conversation=conversation.pk, document=signed, did=did)
        assert told.status_code == 204

    view = PdfView.objects.get()
    assert (view.conversation, view.pdf) == (conversation, price_list)
    assert view.downloaded_at is not None


def test_only_the_first_time_is_kept(requested, frame_of, price_list, clock):
    conversation = requested()
    frame, signed = frame_of(conversation.visitor), price_list.link.split("/")[3]
    told = {"conversation": conversation.pk, "document": signed, "did": "downloaded"}
    frame.post("documents", **told)
    first = PdfView.objects.get()

    clock.move(hours=1)
    frame.post("documents", **told)

    assert (PdfView.objects.get().opened_at, PdfView.objects.get().downloaded_at) == (
        first.opened_at,
        first.downloaded_at,
    )


def test_mallory_tells_nothing_of_vera_s_conversation(widget, requested, price_list):
    conversation, signed = requested(), price_list.link.split("/")[3]
    widget.get()

    told = widget.post("documents", conversation=conversation.pk, document=signed, did="opened")
    forged = widget.post("documents", conversation=conversation.pk, document="1:forged", did="opened")

    assert (told.status_code, forged.status_code) == (404, 404)
    assert not PdfView.objects.exists()
