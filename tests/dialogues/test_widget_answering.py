import pytest
from django.core import signing

from dialogues.document import (
    Branch,
    CaptureCard,
    Document,
    LiveChatCard,
    MessageCard,
    QuestionCard,
    Response,
)
from dialogues.models import Conversation, Dialogue, Message, Visitor
from routing.models import LiveChat
from tests.dialogues.conftest import hidden_fields, phase

pytestmark = pytest.mark.django_db


def said(conversation):
    return [message.body for message in conversation.messages.all()]


def test_who_comes_first_gets_a_token_and_leaves_no_row(widget, talk_to_sales):
    response = widget.get()

    assert signing.loads(response["Visitor-Token"], salt="parley.visitor")
    assert "Would you like to talk to someone?" in response.text
    assert "Yes, please" in response.text
    assert not Visitor.objects.exists()


def test_who_has_a_token_keeps_it(widget, talk_to_sales):
    widget.get()

    assert "Visitor-Token" not in widget.get().headers


@pytest.mark.parametrize(
    "authorization", ["Visitor nonsense", "Visitor ", "Basic dmVyYTo=", "x", "Visitor \xe9"]
)
@pytest.mark.parametrize("path", ["chat", "answer", "cancel", "end", "new"])
def test_a_forged_token_is_refused_in_words(client, talk_to_sales, path, authorization):
    ask = client.get if path == "chat" else client.post

    response = ask(f"/widget/{path}/", headers={"Authorization": authorization})

    assert response.status_code == 401
    assert response.text == "This chat could not be recognised. A new one begins."
    assert not response.cookies


def test_a_token_signed_for_something_else_is_refused(widget, vera, talk_to_sales):
    widget.token = signing.dumps(vera.key.hex, salt="another purpose")

    assert widget.get().status_code == 401


def test_a_conversation_begins_with_the_first_answer(widget, talk_to_sales):
    widget.get()

    response = widget.answer("talk", "yes", page="https://shop.example/pricing?a=1")

    conversation = Conversation.objects.get()
    assert signing.loads(widget.token, salt="parley.visitor") == conversation.visitor.key.hex
    assert conversation.page == "https://shop.example/pricing?a=1"
    assert said(conversation) == [
        "Would you like to talk to someone?",
        "Yes, please",
        "What is your first name?",
    ]
    assert 'aria-label="What is your first name?"' in response.text


@pytest.mark.parametrize("page", ["javascript:alert(1)", "data:text/html,x", "\0", "/pricing"])
def test_what_is_no_page_is_not_kept(widget, talk_to_sales, page):
    widget.answer("talk", "yes", page=page)

    assert Conversation.objects.get().page == ""


def test_vera_is_asked_to_the_end_and_then_waits(widget, talk_to_sales, alice):
    widget.answer("talk", "yes")
    widget.answer("name", "Vera")

    response = widget.answer("mail", "vera@kern.example")

    assert phase(response) == "waiting"
    assert "Connecting you with an agent" in response.text
    assert 'seconds="100"' in response.text
    assert 'aria-label="Message"' in response.text
    assert LiveChat.objects.get().attributes == {"first_name": "Vera", "email": "vera@kern.example"}


def test_just_looking_ends_it(widget, talk_to_sales):
    response = widget.answer("talk", "no")

    assert phase(response) == "ended"
    assert "The chat has ended" in response.text
    assert "Start a new chat" in response.text


def test_a_wrong_answer_is_kept_beside_the_reason(widget, talk_to_sales):
    widget.answer("talk", "yes")
    widget.answer("name", "Vera")

    response = widget.answer("mail", 'vera"><b>kern')

    assert response.status_code == 422
    assert "Please enter an email address" in response.text
    assert 'value="vera&quot;&gt;&lt;b&gt;kern"' in response.text
    assert len(said(Conversation.objects.get())) == 5


def test_a_wrong_first_answer_begins_nothing(widget, publish):
    publish(
        Document(
            start=Branch(cards=[CaptureCard(id="mail", question="Email", attribute="email", type="email")])
        )
    )

    response = widget.answer("mail", "vera at kern")

    assert response.status_code == 422
    assert not Conversation.objects.exists()
    assert not Visitor.objects.exists()
    assert widget.answer("mail", "vera@kern.example").status_code == 200


@pytest.mark.parametrize("given", ["", "maybe", "no" * 1000])
def test_an_answer_that_is_none_is_refused(widget, talk_to_sales, given):
    assert widget.answer("talk", given).status_code == 422


def test_a_double_click_answers_once(widget, talk_to_sales):
    shown = hidden_fields(widget.get().text)

    for _ in range(2):
        response = widget.post("answer", **shown, given="yes")

    assert response.status_code == 200
    assert said(Conversation.objects.get()).count("Yes, please") == 1


def test_a_double_click_that_ends_it_ends_it_once(widget, talk_to_sales):
    shown = hidden_fields(widget.get().text)

    for _ in range(2):
        response = widget.post("answer", **shown, given="no")

    assert phase(response) == "ended"
    assert Conversation.objects.count() == 1


def test_a_page_that_is_behind_is_brought_up_to_date(widget, talk_to_sales):
    widget.answer("talk", "yes")
    old = hidden_fields(widget.get().text)
    widget.answer("name", "Vera")

    response = widget.post("answer", **old, given="Somebody else")

    assert response.status_code == 200
    assert 'aria-label="And your email?"' in response.text
    assert Visitor.objects.get().attributes["first_name"] == "Vera"


def test_who_was_shown_an_older_version_goes_on_with_it(widget, talk_to_sales, publish):
    shown = hidden_fields(widget.get().text)
    yes = Response(text="Yes", branch=Branch(cards=[MessageCard(text="Good.")]))
    publish(Document(start=Branch(end=QuestionCard(text="Anything new?", responses=[yes]))))

    widget.post("answer", **shown, given="yes")

    assert Conversation.objects.get().stream == talk_to_sales


def test_a_draft_cannot_be_answered(widget, talk_to_sales):
    shown = hidden_fields(widget.get().text)
    draft = talk_to_sales.draft_of(talk_to_sales.dialogue)

    response = widget.post("answer", **{**shown, "stream": draft.pk}, given="yes")

    assert phase(response) == "asking"
    assert not Conversation.objects.exists()


def test_a_dialogue_that_is_not_shown_cannot_be_answered(widget, talk_to_sales, publish):
    other = publish(talk_to_sales.read(), name="A later one")
    Dialogue.objects.filter(pk=other.dialogue_id).update(is_on=False)
    shown = hidden_fields(widget.get().text)

    widget.post("answer", **{**shown, "stream": other.pk}, given="yes")

    assert not Conversation.objects.exists()


@pytest.mark.parametrize("stream", ["", "x", "-1", "9" * 40])
def test_a_stream_that_is_none_changes_nothing(widget, talk_to_sales, stream):
    response = widget.post("answer", stream=stream, after="0", card="talk", given="yes")

    assert response.status_code in (200, 404)
    assert not Conversation.objects.exists()


def test_mallory_reads_and_answers_nothing_of_vera_s(widget, talking):
    widget.get()
    message = talking.messages.first()

    assert message.body in widget.get().text, "the opening question is everybody's"
    assert "Alice joined the chat" not in widget.get().text
    for path in ["answer", "cancel", "end"]:
        response = widget.post(path, conversation=talking.pk, card="talk", given="yes")
        assert response.status_code == 404
    talking.refresh_from_db()
    assert talking.ended_at is None


def test_markup_in_every_field_stays_text(widget, publish, round_robin, alice, workspace):
    evil = "<img src=x onerror=alert(1)>\"'&lt;"
    workspace.name = evil
    workspace.save()
    name = CaptureCard(id="name", question=evil, attribute="first_name", placeholder=evil)
    yes = Response(
        id="yes",
        text=evil,
        branch=Branch(cards=[name], end=LiveChatCard(route=round_robin.pk, connecting=evil)),
    )
    publish(
        Document(
            start=Branch(
                cards=[MessageCard(text=evil)], end=QuestionCard(id="talk", text=evil, responses=[yes])
            )
        )
    )
    pages = [widget.get(), widget.answer("talk", "yes"), widget.answer("name", evil)]
    live_chat = LiveChat.objects.get()
    alice.name = evil
    alice.save()
    live_chat.accept(alice)
    pages.append(widget.get())

    for page in pages:
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert "&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;lt;" in page.text


def test_after_too_many_requests_vera_has_to_wait(widget, talk_to_sales, settings, alice):
    settings.REQUESTS_PER_VISITOR = 1
    ask_for_an_agent(widget)
    widget.post("cancel", conversation=Conversation.objects.get().pk)

    response = ask_for_an_agent(widget)

    assert response.status_code == 429
    assert "Too many requests, try again in 10 minutes" in response.text
    assert 'value="vera@kern.example"' in response.text
    assert LiveChat.objects.count() == 1
    assert Conversation.objects.open().get().card == "mail"


def ask_for_an_agent(widget):
    widget.post("answer", **hidden_fields(widget.get("chat/?fresh").text), given="yes")
    widget.answer("name", "Vera")
    return widget.answer("mail", "vera@kern.example")


def test_only_answers_that_lead_to_a_live_chat_count(widget, talk_to_sales, settings):
    settings.REQUESTS_PER_VISITOR = 0

    assert widget.answer("talk", "yes").status_code == 200
    assert widget.answer("name", "Vera").status_code == 200
    assert widget.answer("mail", "vera@kern.example").status_code == 429


def test_what_the_bot_says_is_numbered_once(widget, talk_to_sales):
    widget.answer("talk", "yes")

    assert list(Message.objects.values_list("position", flat=True)) == [1, 2, 3]
