"""Which dialogue a visitor meets, of several; and the nine rules of how it behaves ("Chatbot behavior")."""

import json

import pytest

from dialogues.cards import CaptureCard, MessageCard
from dialogues.document import Branch, Document, QuestionCard, Response
from dialogues.models import Appearance, Conversation, Dialogue, Stream, Visitor
from tests.dialogues.conftest import hidden_fields, phase

PRICING, HELP = "https://shop.example/pricing", "https://shop.example/help"
THANKS = MessageCard(id="thanks", text="Thank you.")
NAME = CaptureCard(id="name", question="Your name?", attribute="first_name")


def asking(text, *cards, poke=True, **fields):
    yes = Response(id="yes", text="Yes", branch=Branch(cards=list(cards or [THANKS])))
    return Document(start=Branch(end=QuestionCard(id="ask", text=text, responses=[yes], poke=poke, **fields)))


@pytest.fixture
def dialogue(publish):
    """Publishes a dialogue for some; the first one has the highest priority."""

    def dialogue(name, *cards, text="", **fields):
        stream = publish(asking(text or f"{name}?", *cards), name=name)
        priority = Dialogue.objects.count()
        Dialogue.objects.filter(name=name).update(**({"priority": priority} | fields))
        return Stream.objects.get(pk=stream.pk)

    return dialogue


class Vic:
    """A visitor's page, as loader and frame ask for it."""

    def __init__(self, client, visitor=None):
        self.client, self.token, self.at = client, visitor.token if visitor else "", {}

    def meets(self, page=PRICING, **told):
        question = {"token": self.token, "page": page, "referrer": "", **told}
        answer = self.client.post("/widget/which/", json.dumps(question), content_type="text/plain")
        assert answer.status_code == 200
        return answer.json()

    def name_of(self, page=PRICING, **told):
        key = self.meets(page, **told).get("dialogue")
        return key and Dialogue.objects.get(pk=key).name

    def opens(self, page=PRICING, *, path="chat/", **form):
        headers = {"Parley-Page": page} | ({"Authorization": f"Visitor {self.token}"} if self.token else {})
        send = self.client.post if form else self.client.get
        response = send(f"/widget/{path}", *([form] if form else []), headers=headers)
        self.token = response.headers.get("Visitor-Token", self.token)
        return response

    def answers(self, given, page=PRICING, card="ask"):
        shown = hidden_fields(self.opens(page).text)
        return self.opens(page, path="answer/", **{**shown, "card": card, "given": given})


@pytest.fixture
def vic(client, db):
    return Vic(client)


# Choosing


def test_the_page_decides_before_the_priority(vic, dialogue):
    dialogue("Pricing", targets=[PRICING])
    dialogue("Everywhere")

    assert vic.name_of(PRICING) == "Pricing"
    assert vic.name_of(HELP) == "Everywhere"


def test_the_priority_decides_among_those_that_are_for_a_page(vic, dialogue):
    dialogue("Later", priority=2)
    dialogue("First", priority=1)

    assert vic.name_of() == "First"


@pytest.mark.parametrize("fields", [{"is_on": False}, {"is_flow": True}, {"exclusions": [PRICING]}])
def test_what_is_not_for_this_page_gives_way_to_the_next(vic, dialogue, fields):
    dialogue("First", **fields)
    dialogue("Next")

    assert vic.name_of() == "Next"


def test_a_draft_meets_nobody(vic, dialogue):
    stream = dialogue("First", targets=[HELP])
    Stream.draft_of(Dialogue.objects.create(name="Draft", priority=1)).write(stream.read())

    assert vic.meets(PRICING) == {"shows": False}


def test_who_was_here_before_today_returns(vic, dialogue, vera, client, clock):
    dialogue("Welcome back", returning="returning")
    dialogue("Hello")
    known = Vic(client, vera)
    assert (vic.name_of(isReturning=True), vic.name_of()) == ("Welcome back", "Hello")
    assert known.name_of() == "Hello"

    clock.move(days=1)

    assert known.name_of() == "Welcome back"


def test_loader_and_frame_agree(vic, dialogue):
    dialogue("Pricing", targets=[f"{PRICING}#plans"])

    assert vic.meets(f"{PRICING}#plans")["shows"]
    assert "Pricing?" in vic.opens(f"{PRICING}#plans").text
    assert not vic.meets(PRICING)["shows"]
    assert phase(vic.opens(PRICING)) == "closed"


def test_the_frame_says_that_somebody_returns(vic, dialogue, client):
    dialogue("Welcome back", returning="returning")

    assert phase(client.get("/widget/chat/", headers={"Parley-Returning": "1"})) == "asking"
    assert phase(client.get("/widget/chat/")) == "closed"


def test_switched_off_nobody_new_meets_anything_and_chats_go_on(vic, dialogue, client):
    dialogue("Pricing", NAME)
    other = Vic(client)
    shown = hidden_fields(other.opens().text)
    vic.answers("yes")
    Appearance.objects.update(is_chat_enabled=False)

    assert other.meets() == {"shows": False}
    assert phase(other.opens()) == "closed"
    assert phase(other.opens(path="answer/", **{**shown, "card": "ask", "given": "yes"})) == "closed"
    assert '"shows": false' in client.get("/widget.js").text
    assert vic.meets() == {"shows": True}
    assert phase(vic.answers("Vic", card="name")) == "ended"


def test_an_open_page_s_older_version_and_lower_dialogue_are_answered(vic, dialogue, publish):
    dialogue("Pricing", targets=[PRICING])
    shown = hidden_fields(vic.opens(PRICING).text)
    publish(asking("Sale?"), name="Sale")
    publish(asking("Pricing, again?"), name="Pricing")

    vic.opens(HELP, path="answer/", **{**shown, "card": "ask", "given": "yes"})

    conversation = Conversation.objects.get()
    assert (conversation.stream.dialogue.name, conversation.stream.number) == ("Pricing", 1)


# The nine rules


def test_1_a_refresh_shows_it_again_without_counting(vic, dialogue):
    dialogue("Pricing", at_most=1)

    assert [vic.name_of() for _ in range(3)] == ["Pricing"] * 3
    assert not Visitor.objects.exists()


def test_2_to_open_it_without_answering_engages_nobody(vic, dialogue):
    dialogue("Pricing", at_most=1)

    assert "Pricing?" in vic.opens().text

    assert not Conversation.objects.exists()
    assert vic.name_of() == "Pricing"


def test_3_after_the_first_answer_it_goes_on_on_any_page(vic, dialogue):
    pricing = dialogue("Pricing", NAME, targets=[PRICING])
    dialogue("Help", targets=[HELP])
    vic.answers("yes", PRICING)

    assert vic.meets(HELP) == {"shows": True}
    assert "Your name?" in vic.opens(HELP).text

    Dialogue.objects.filter(pk=pricing.dialogue_id).update(is_on=False)
    assert "Your name?" in vic.opens(HELP).text
    assert phase(vic.answers("Vic", HELP, card="name")) == "ended"


def test_4_who_is_not_engaged_meets_the_next_page_s_own(vic, dialogue):
    dialogue("Pricing", targets=[PRICING])
    dialogue("Help", targets=[HELP])
    vic.opens(PRICING)

    assert vic.name_of(HELP) == "Help"
    assert "Help?" in vic.opens(HELP).text


def test_5_after_it_comes_the_next_or_none(vic, dialogue):
    dialogue("Pricing", at_most=1)
    dialogue("Sale", at_most=1)
    vic.answers("yes")

    assert vic.name_of() == "Sale"
    assert "Start a new chat" in vic.opens().text
    assert "Sale?" in vic.opens(path="chat/?fresh").text

    shown = hidden_fields(vic.opens(path="chat/?fresh").text)
    vic.opens(path="answer/", **{**shown, "card": "ask", "given": "yes"})
    assert vic.meets() == {"shows": False}
    assert "Start a new chat" not in vic.opens().text


def test_5_not_even_when_it_is_edited_and_published_anew(vic, dialogue, publish):
    dialogue("Pricing", at_most=1)
    vic.answers("yes")

    publish(asking("Something else?"), name="Pricing")

    assert vic.meets() == {"shows": False}


def test_5_unless_some_days_have_passed(vic, dialogue, clock):
    dialogue("Pricing", at_most=1, again_after_days=7)
    vic.answers("yes")
    assert vic.meets() == {"shows": False}

    clock.move(days=7)

    assert vic.name_of() == "Pricing"


def test_6_what_waits_for_an_event_is_chosen_and_says_what_for(vic, dialogue):
    dialogue("Pricing", seconds_on_page=30, scroll_percent=50)
    dialogue("Next")

    answer = vic.meets()

    assert Dialogue.objects.get(pk=answer["dialogue"]).name == "Pricing"
    assert answer["after"] == {"page": 30, "site": 0, "scroll": 50}


def test_9_what_is_given_on_the_way_counts_from_there_on(vic, dialogue):
    mail = CaptureCard(id="mail", question="Your email?", attribute="email", type="email")
    dialogue("Pricing", mail, MessageCard(text="We write to {{email|you}}."), known="anonymous")
    dialogue("For who is known", known="known")
    vic.answers("yes")

    page = vic.answers("vic@kern.example", card="mail")

    assert "We write to vic@kern.example." in page.text
    assert vic.name_of() == "For who is known"


# The poke


def test_the_first_question_pokes_in_the_visitor_s_words(vic, dialogue, client, vera):
    dialogue("Pricing", text="Hello {{first_name|there}}, any questions?")

    assert vic.meets()["poke"] == "Hello there, any questions?"
    assert Vic(client, vera).meets()["poke"] == "Hello Vera, any questions?"


def test_in_another_language_too(publish, client, vic):
    publish(asking("Any questions?", translations={"nl": {"text": "Vragen?"}}))
    question = json.dumps({"page": PRICING})

    answer = client.post(
        "/widget/which/", question, content_type="text/plain", headers={"Accept-Language": "nl-BE"}
    )

    assert (answer.json()["poke"], vic.meets()["poke"]) == ("Vragen?", "Any questions?")


def test_only_a_question_that_comes_first_and_may_poke_does(vic, publish):
    publish(asking("Quiet?", poke=False))
    assert vic.meets()["poke"] == ""

    later = asking("Later?")
    later.start.cards.append(MessageCard(text="Welcome"))
    publish(later)
    assert vic.meets()["poke"] == ""


def test_who_has_been_through_it_is_not_poked_again(vic, dialogue):
    dialogue("Pricing")
    assert vic.meets()["poke"]

    vic.answers("yes")

    assert vic.meets() | {"dialogue": 0} == {"shows": True, "dialogue": 0, "poke": "", "after": None}


# What the loader brings along


def config(client):
    [line] = [
        line for line in client.get("/widget.js").text.splitlines() if line.startswith("const config = ")
    ]
    return json.loads(line.removeprefix("const config = ").removesuffix(";"))


def test_what_is_the_same_for_everybody_needs_no_question(client, dialogue):
    dialogue("Everywhere")
    dialogue("Never met", targets=[HELP])

    baked = config(client)

    assert (baked["shows"], baked["asks"], baked["poke"]) == (True, False, "Everywhere?")


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"targets": [PRICING]}, False),
        ({"known": "known"}, False),
        ({"at_most": 1}, False),
        ({"text": "Hello {{first_name|there}}"}, False),
        ({"seconds_on_site": 10}, True),
    ],
)
def test_what_differs_is_asked_for(client, dialogue, fields, counts):
    dialogue("Some", **fields)

    baked = config(client)

    assert (baked["shows"], baked["asks"], baked["counts"]) == (False, True, counts)


# Bad questions


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '{"page": 1}', '{"who": ""}', '{"page": "' + "x" * 20_000 + '"}']
)
def test_what_is_no_question_is_refused(client, db, body):
    assert client.post("/widget/which/", body, content_type="text/plain").status_code == 400


def test_a_forged_token_is_a_stranger_s(vic, dialogue, vera):
    dialogue("Known", known="known")
    vic.token = f"{vera.token}x"

    assert vic.meets() == {"shows": False}


def test_any_site_may_ask_and_nothing_is_kept(client, dialogue):
    dialogue("Pricing", targets=[PRICING])

    answer = client.post("/widget/which/", json.dumps({"page": PRICING}), content_type="text/plain")

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert not Visitor.objects.exists()
