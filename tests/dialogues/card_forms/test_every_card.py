"""The form of every card keeps what it shows, demands nothing of an empty one, and takes markup for words."""

from dialogues.document import (
    ActionCard,
    CaptureCard,
    Case,
    ConditionalCard,
    FlowCard,
    GoalCard,
    LiveChatCard,
    MeetingCard,
    MessageCard,
    PdfCard,
    QuestionCard,
    Response,
)
from dialogues.models import Attribute, Dialogue, Goal, Pdf
from routing.conditions import read
from tests.dialogues.card_forms.conftest import Card, yes_or_no


def every_card(round_robin):
    goal = Goal.objects.create(name="Asked for a price")
    pdf = Pdf.objects.create(name="Price list", address="https://shop.example/prices.pdf")
    flow = Dialogue.objects.create(name="Opening hours", is_flow=True)
    conditions = read(
        {
            "match": "any",
            "groups": [
                {
                    "match": "any",
                    "conditions": [{"attribute": "page", "operator": "contains", "value": "/a"}],
                },
                {
                    "match": "all",
                    "conditions": [
                        {"attribute": "language", "operator": "one_of", "values": ["nl", "a, b"]},
                        {"attribute": "email", "operator": "is_not_empty"},
                    ],
                },
            ],
        }
    )
    nl = {"nl": {"text": "Hallo"}}
    return [
        MessageCard(text="Hello {{first_name|there}} <b>", translations=nl),
        MessageCard(
            text="Hello", html="<p>Hello</p>", translations={"nl": {"text": "a", "html": "<p>a</p>"}}
        ),
        yes_or_no(attribute="first_name", poke=False, translations=nl),
        PdfCard(pdf=pdf.pk, text="Have a look", translations=nl),
        CaptureCard(
            question="Which?", attribute="email", type="picklist", choices=["a", "b"], placeholder="x"
        ),
        MeetingCard(route=round_robin.pk, text="When?"),
        GoalCard(goal=goal.pk),
        ActionCard(values={"first_name": "{{email|you}}", "gone": "1"}),
        ConditionalCard(cases=[Case(conditions=conditions, route=round_robin.pk), Case()]),
        FlowCard(flow=flow.pk),
        LiveChatCard(route=round_robin.pk, connecting="One moment…"),
    ]


def test_looking_at_a_card_and_saving_changes_nothing(dutch, round_robin):
    for each in every_card(round_robin):
        card = Card(each)

        form = card.save()

        assert form.is_valid(), form.errors
        assert card.document.dump() == Card(each).document.dump()


def test_no_field_of_a_card_has_the_name_of_another_card_s(dutch, round_robin):
    for each in every_card(round_robin):
        for name in Card(each).shown.sent:
            assert name.removeprefix("initial-").startswith(f"{each.id}-")


def test_of_an_empty_card_nothing_is_demanded(db, round_robin):
    empty = [
        MessageCard(text=""),
        QuestionCard(text=""),
        PdfCard(pdf=0),
        CaptureCard(question="", attribute=""),
        GoalCard(goal=0),
        ActionCard(values={}),
        ConditionalCard(cases=[Case()]),
        FlowCard(flow=0),
        MeetingCard(route=round_robin.pk),
    ]

    for card in empty:
        assert Card(card).save().is_valid()


def test_markup_in_every_field_stays_words(dutch, round_robin, hire):
    evil = '"><img src=x onerror=alert(1)>'
    hire("Mallory" + evil)
    Attribute.objects.create(name="evil", label=evil)
    cards = [
        MessageCard(text=evil),
        QuestionCard(
            text=evil, responses=[Response(text=evil, value=evil, translations={"nl": {"text": evil}})]
        ),
        PdfCard(pdf=Pdf.objects.create(name=evil, address="https://shop.example/").pk, text=evil),
        CaptureCard(question=evil, attribute="evil", choices=[evil], placeholder=evil),
        GoalCard(goal=Goal.objects.create(name=evil).pk),
        ActionCard(values={"evil": evil}),
        LiveChatCard(route=round_robin.pk, connecting=evil),
    ]

    for card in cards:
        assert "<img" not in str(Card(card).form)
