"""A draft is tried with the real engine and the real words, and nothing of it is left."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.urls import reverse

from dialogues.cards import ActionCard, CaptureCard, FlowCard, GoalCard, MeetingCard, MessageCard, PdfCard
from dialogues.document import (
    NOTHING,
    Branch,
    Case,
    ConditionalCard,
    Document,
    LiveChatCard,
    Otherwise,
    QuestionCard,
    Response,
)
from dialogues.models import Appearance, Attribute, Dialogue, Goal, Pdf, Stream
from routing.conditions import read
from routing.models import HoursBlock
from tests.dialogues.filled_in import FilledIn


@pytest.fixture
def draft(db):
    """Makes a dialogue whose draft says this."""

    def draft(*cards, end=None, name="Drafted"):
        dialogue = Dialogue.objects.create(name=name)
        Stream.draft_of(dialogue).write(Document(start=Branch(cards=list(cards), end=end)))
        return dialogue

    return draft


class Frame:
    """The frame of a preview, as a browser without scripts would use it."""

    def __init__(self, client, dialogue):
        self.client = client
        self.path = reverse("admin:dialogues_dialogue_preview_frame", args=[dialogue.pk])

    def open(self, **query):
        return self._took(self.client.get(self.path, query))

    def begin(self, **typed):
        return self._took(self.client.post(self.path, typed))

    def answer(self, given):
        [form] = re.findall(r'<div data-part="ask">(.*?)</form>', self.text, re.S)
        return self._took(self.client.post(self.path, lists(form) | {"given": given}))

    def press(self, **button):
        [form] = re.findall(r"<aside.*?<form(.*?)</form>", self.text, re.S)
        return self._took(self.client.post(self.path, lists(form) | button))

    @property
    def said(self):
        shown = self.text.partition("<template>")[0]
        bodies = re.findall(r'<div class="message-body[^>]*>(.*?)</div>', shown, re.S)
        return [re.sub(r"<[^>]+>", "", body).strip() for body in bodies]

    @property
    def phase(self):
        return self.answer_.context["chat"].phase

    @property
    def text(self):
        return self.answer_.text

    def _took(self, answer):
        self.answer_ = answer
        assert answer.status_code in (200, 422), answer.status_code
        return self


def lists(form):
    """What its hidden fields send; a name may come more than once."""
    sent = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        sent.setdefault(name, []).append(FilledIn(f'<input name="a" value="{value}">').sent["a"])
    return sent


@pytest.fixture
def max_tries(client, max):
    def max_tries(dialogue):
        client.force_login(max)
        return Frame(client, dialogue)

    return max_tries


def test_max_talks_to_a_draft_up_to_its_live_chat_card(max_tries, dialogue, alice):
    frame = max_tries(dialogue).open()
    assert frame.said == ["Would you like to talk to someone?"]

    frame.answer("yes").answer("Max").answer("max@kern.example")

    assert frame.said[-2:] == ["max@kern.example", "One moment…"]
    assert frame.phase == "waiting"
    assert "<bdi>Alice</bdi> would be asked first" in frame.text


def test_somebody_accepts(max_tries, dialogue, alice):
    frame = max_tries(dialogue).open().answer("yes").answer("Max").answer("max@kern.example")

    frame.press(becomes="accepted")

    assert frame.said[-1] == "Alice joined the chat"
    assert frame.phase == "active"


def test_nobody_comes(max_tries, dialogue, alice, bob):
    frame = max_tries(dialogue).open().answer("yes").answer("Max").answer("max@kern.example")

    frame.press(becomes="nobody")

    assert frame.said[-1].startswith("Nobody is free right now.")
    assert "Nobody accepted: the visitor reads the fallback message." in frame.text


def test_one_answer_back(max_tries, dialogue):
    frame = max_tries(dialogue).open().answer("yes").answer("Max")
    frame.press(back="1")

    assert frame.said[-2:] == ["Yes, please", "What is your first name?"]


def test_nothing_of_it_is_left(max_tries, dialogue, alice, everything, django_capture_on_commit_callbacks):
    frame = max_tries(dialogue)
    before = everything()

    with django_capture_on_commit_callbacks() as news:
        frame.begin(agents="available", moment="2026-06-10T23:00").answer("yes").answer("Max")
        frame.answer("max@kern.example").press(becomes="accepted")
        frame.begin(agents="available").answer("yes").answer("Max").answer("max@kern.example")
        frame.press(becomes="nobody")
        frame.begin(agents="away").answer("yes").answer("Max").answer("max@kern.example")

    assert everything() == before
    assert news == []
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("agents", "phase"),
    [("available", "waiting"), ("away", "ended"), ("", "ended")],
    ids=["all", "none", "now"],
)
def test_agents_are_there_or_not_by_hand(max_tries, dialogue, hire, agents, phase):
    hire("Alice", available=False)
    frame = max_tries(dialogue).begin(agents=agents)

    frame.answer("yes").answer("Max").answer("max@kern.example")

    assert frame.phase == phase


def test_at_another_moment_agents_are_there_by_their_hours(max_tries, dialogue, hire):
    alice = hire("Alice", available=False)
    HoursBlock.objects.create(agent=alice, weekday=2, begins="09:00", ends="17:00")
    by_day, by_night = ({"moment": f"2026-06-17T{hour}:00"} for hour in ("12", "23"))
    frame = max_tries(dialogue)

    phases = [
        frame.begin(**moment).answer("yes").answer("Max").answer("max@kern.example").phase
        for moment in (by_day, by_night)
    ]

    assert phases == ["waiting", "ended"]


@pytest.fixture
def one_of_each(draft, publish, round_robin):
    """Every type of card, up to the live chat card."""
    company = Attribute.objects.create(name="company", label="Company")
    goal = Goal.objects.create(name="Saw the price list")
    pdf = Pdf.objects.create(name="Price list", address="https://shop.example/prices.pdf")
    small_talk = Document(start=Branch(cards=[MessageCard(id="rain", text="It rains.")], end=None))
    flow = Dialogue.objects.create(name="Small talk", is_flow=True)
    Stream.draft_of(flow).write(small_talk)
    flow.draft.publish()
    dutch = {
        "match": "all",
        "groups": [
            {"match": "all", "conditions": [{"attribute": "language", "operator": "is", "value": "nl"}]}
        ],
    }
    chat = Branch(end=LiveChatCard(id="chat", route=round_robin.pk, connecting="One moment…"))
    yes = Branch(
        cards=[
            MessageCard(id="hello", text="Hello {{company|you}}", html="<p>Hello <b>{{company|you}}</b></p>"),
            GoalCard(id="goal", goal=goal.pk),
            ActionCard(id="act", values={company.name: "Kern"}),
            PdfCard(id="pdf", pdf=pdf.pk, text="Our prices"),
            FlowCard(id="flow", flow=flow.pk),
            MeetingCard(id="meet", route=round_robin.pk, text="Choose a time"),
            CaptureCard(
                id="size", question="How many?", attribute="company", type="picklist", choices=["1", "2"]
            ),
        ],
        end=ConditionalCard(
            id="if",
            cases=[Case(id="nl", conditions=read(dutch), branch=Branch(cards=[MessageCard(text="Dag")]))],
            otherwise=Otherwise(id="else", branch=chat),
        ),
    )
    return draft(
        end=QuestionCard(id="ask", text="Well?", responses=[Response(id="yes", text="Yes", branch=yes)])
    )


def test_every_type_of_card_can_be_tried(max_tries, one_of_each, alice):
    frame = max_tries(one_of_each).open()

    frame.answer("yes")

    said = [
        "Well?",
        "Yes",
        "Hello you",
        "Our prices",
        "📄 Price list",
        "It rains.",
        "Choose a time",
        "How many?",
    ]
    assert frame.said == said
    assert "Goal reached: <bdi>Saw the price list</bdi>" in frame.text
    assert frame.answer("2").phase == "waiting"


def test_it_can_be_tried_in_another_language(max_tries, one_of_each):
    Appearance.objects.update(languages=["en", "nl"])

    frame = max_tries(one_of_each).begin(language="nl").answer("yes").answer("1")

    assert (frame.said[-1], frame.phase) == ("Dag", "ended")


def test_it_can_be_tried_from_any_card(max_tries, one_of_each):
    frame = max_tries(one_of_each)

    for card in one_of_each.draft.read().cards():
        assert frame.open(at=card.id).answer_.status_code == 200

    assert frame.open(at="size").said == ["How many?"]
    assert "so what stands above it was not said" in frame.text
    assert frame.open(at="gone").said == ["Well?"]


def test_it_can_be_tried_as_somebody_who_is_known(max_tries, draft):
    dialogue = draft(MessageCard(text="Hello {{first_name|there}}"), end=QuestionCard(text="Well?"))
    frame = max_tries(dialogue)

    assert frame.open().said[0] == "Hello there"
    assert frame.begin(**{"known-first_name": "Vera"}).said[0] == "Hello Vera"


def test_as_a_recent_visitor(max_tries, draft, at_name, vera):
    dialogue = draft(MessageCard(text="Hello {{first_name|there}}"), end=QuestionCard(text="Well?"))
    frame = max_tries(dialogue)

    assert frame.open(like=at_name.pk).said[0] == "Hello Vera"


def test_who_may_not_see_visitors_plays_none_of_them(client, draft, at_name, vera):
    mia = User.objects.create(username="mia")
    mia.groups.add(Group.objects.get(name="Marketing User"))
    client.force_login(mia)
    dialogue = draft(MessageCard(text="Hello {{first_name|there}}"), end=QuestionCard(text="Well?"))

    assert Frame(client, dialogue).open(like=at_name.pk).said[0] == "Hello there"
    assert "Vera" not in client.get(reverse("admin:dialogues_dialogue_preview", args=[dialogue.pk])).text


HOSTILE = ["<script>alert(1)</script>", "a" * 5000, "\0", "\u202ecod.exe", "' OR 1=1 --", "  "]


@pytest.mark.parametrize("given", HOSTILE, ids=["markup", "long", "NUL", "reversed", "SQL", "nothing"])
def test_a_hostile_answer_is_refused_or_shown_as_words(max_tries, dialogue, given, everything):
    before = everything()

    frame = max_tries(dialogue).open().answer("yes").answer(given)

    assert "<script>alert" not in frame.text
    assert frame.phase == "asking"
    assert everything()["dialogues_message"] == before["dialogues_message"]


def test_a_wrong_answer_is_asked_for_again(max_tries, dialogue):
    frame = max_tries(dialogue).open().answer("yes").answer("Max").answer("no email")

    assert frame.answer_.status_code == 422
    assert "Please enter an email address" in frame.text
    assert "One moment…" in frame.answer("max@kern.example").said


def test_answers_that_no_longer_fit_are_dropped_in_words(max_tries, dialogue):
    frame = max_tries(dialogue).begin(past_card=["talk", "gone"], past_given=["yes", "x"])

    assert frame.said[-1] == "What is your first name?"
    assert "The stream has changed meanwhile" in frame.text


FAULTY = {
    "no cards": [],
    "a goal that is not chosen": [GoalCard(goal=NOTHING)],
    "a document that is not chosen": [PdfCard(pdf=NOTHING, text="See:")],
    "a flow that is not chosen": [FlowCard(flow=NOTHING)],
    "a capture without an attribute": [CaptureCard(question="", attribute="")],
    "a picklist without choices": [CaptureCard(question="Which?", attribute="email", type="picklist")],
    "nothing to do": [ActionCard(values={}), MessageCard(text="")],
}


@pytest.mark.parametrize("cards", FAULTY.values(), ids=FAULTY)
@pytest.mark.parametrize(
    "end", [None, QuestionCard(text="?"), ConditionalCard(cases=[Case()])], ids=["", "?", "if"]
)
def test_a_draft_with_faults_can_be_tried_too(max_tries, draft, cards, end):
    dialogue = draft(*cards, end=end)
    frame = max_tries(dialogue)

    assert dialogue.draft.faults()
    assert frame.open().answer_.status_code == 200
    page = frame.client.get(reverse("admin:dialogues_dialogue_preview", args=[dialogue.pk])).text
    assert "from being published. It can be tried all the same." in page


def test_a_dialogue_without_any_stream_can_be_opened(max_tries, everything):
    dialogue = Dialogue.objects.create(name="New")
    frame = max_tries(dialogue)
    before = everything()

    assert "An empty stream says nothing." in frame.open().text
    assert everything() == before


def test_each_message_leads_back_to_its_card(max_tries, one_of_each):
    frame = max_tries(one_of_each).open().answer("yes")
    stream = reverse("admin:dialogues_dialogue_stream", args=[one_of_each.pk])
    small_talk = reverse("admin:dialogues_dialogue_stream", args=[Dialogue.objects.get(name="Small talk").pk])

    assert f'href="{stream}?chosen=card%3Aask#card-ask"' in frame.text
    assert f'href="{small_talk}?chosen=card%3Arain#card-rain"' in frame.text


def test_an_older_version_can_be_tried_while_there_is_a_draft(max_tries, dialogue, publish):
    document = dialogue.live_stream.read()
    document.start.end.text = "Shall we talk?"
    Stream.draft_of(dialogue).write(document)
    frame = max_tries(dialogue)

    assert frame.open().said == ["Shall we talk?"]
    assert frame.open(version=1).said == ["Would you like to talk to someone?"]
    assert f"{reverse('admin:dialogues_dialogue_version', args=[dialogue.pk, 1])}?chosen" in frame.text
    assert frame.answer("yes").said[-1] == "What is your first name?"
    assert frame.client.get(frame.path, {"version": "7"}).status_code == 404


def test_it_stands_in_no_other_site_s_frame(max_tries, dialogue):
    answer = max_tries(dialogue).open().answer_

    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("moment", "yesterday", "valid date"),
        ("page", "javascript:alert(1)", "begins with https"),
        ("country", "N1", "two letters"),
    ],
)
def test_what_makes_no_sense_is_said(max_tries, dialogue, field, value, words):
    frame = max_tries(dialogue).begin(**{field: value})

    assert frame.answer_.status_code == 422
    assert words in frame.text
