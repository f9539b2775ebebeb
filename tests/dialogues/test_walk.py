"""What a stream does on the way to the next card that waits, and which way that is."""

import pytest

from dialogues.document import (
    ActionCard,
    Branch,
    Case,
    ConditionalCard,
    Document,
    GoalCard,
    PdfCard,
    QuestionCard,
    Response,
)
from dialogues.models import Conversation, Goal, Pdf
from dialogues.walk import Kept, Reached, Said, Shown
from routing.conditions import read
from tests.dialogues.walking import ASK, stream_of


def conditions(attribute, operator="is", value=""):
    condition = {"attribute": attribute, "operator": operator} | ({"value": value} if value else {})
    return read({"match": "all", "groups": [{"match": "all", "conditions": [condition]}]})


# Conditions


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        (("plan", "is", "prime"), {"plan": "Prime"}),
        (("page", "contains", "/pricing"), {"page": "https://shop.example/pricing"}),
        (("language", "is", "nl"), {"language": "nl-BE"}),
        (("email", "is_not_empty"), {"email": "vera@kern.example"}),
    ],
)
def test_vera_goes_where_what_is_known_of_her_leads(walk, condition, known):
    end = ConditionalCard(
        cases=[Case(conditions=conditions(*condition), branch=Branch(end=_asks("For you")))]
    )
    end.otherwise.branch = Branch(end=_asks("For all others"))

    assert walk(end=end, **known)[1].text == "For you"
    assert walk(end=end)[1].text == "For all others"


def test_of_two_branches_that_fit_the_first_is_taken(walk):
    fits = conditions("email", "is_empty")
    end = ConditionalCard(
        cases=[
            Case(conditions=conditions("page", "is", "/a"), branch=Branch(end=_asks("never"))),
            Case(conditions=fits, branch=Branch(end=_asks("first"))),
            Case(
                conditions=read({"match": "any", "groups": []}), route=None, branch=Branch(end=_asks("blank"))
            ),
            Case(conditions=conditions("country", "is_empty"), branch=Branch(end=_asks("second"))),
        ]
    )
    stream = stream_of(end=end)

    assert stream.walk({}).begin().card.text == "first"
    assert stream.walk({"page": "/a"}).begin().card.text == "never"


def test_a_branch_is_only_for_when_an_agent_can_be_asked(alice, to_sales, bob):
    case = Case(route=to_sales.pk, branch=Branch(end=_asks("live")))
    end = ConditionalCard(cases=[case])
    end.otherwise.branch = Branch(end=_asks("later"))
    stream = stream_of(end=end)

    assert stream.walk({}).begin().card.text == "live"
    alice.switch(available=False)
    assert stream.walk({}).begin().card.text == "live"
    bob.switch(available=False)
    assert stream.walk({}).begin().card.text == "later"


def test_both_the_conditions_and_the_agent_must_hold(alice, round_robin):
    case = Case(
        conditions=conditions("language", "is", "nl"), route=round_robin.pk, branch=Branch(end=_asks("live"))
    )
    end = ConditionalCard(cases=[case])
    end.otherwise.branch = Branch(end=_asks("later"))
    stream = stream_of(end=end)

    assert stream.walk({}).begin().card.text == "later"
    assert stream.walk({"language": "nl"}).begin().card.text == "live"


def test_to_ask_whether_an_agent_is_available_asks_nobody(alice, round_robin):
    end = ConditionalCard(cases=[Case(route=round_robin.pk, branch=Branch(end=_asks("live")))])
    stream = stream_of(end=end)

    stream.walk({}).begin()

    assert not alice.live_chats.exists()


def _asks(text):
    return QuestionCard(text=text, responses=[Response(text="OK")])


# Goals, actions, documents


def test_goals_actions_and_documents_happen_in_their_order(walk):
    goal = Goal.objects.create(name="Asked for a price")
    pdf = Pdf.objects.create(name="Prices", address="https://shop.example/p.pdf")
    happenings, card = walk(
        GoalCard(goal=goal.pk),
        ActionCard(values={"first_name": "{{email|you}}"}),
        PdfCard(pdf=pdf.pk, text="For {{first_name}}:"),
    )

    assert happenings == [
        Reached(goal.pk),
        Kept("first_name", "you"),
        Said("For you:"),
        Shown(pdf.pk),
        Said("Shall we?"),
    ]
    assert card.id == "q"


def test_vera_s_goal_is_kept_once_each_time_she_comes_past_it(publish, vera):
    goal = Goal.objects.create(name="Asked for a price")
    later = Branch(cards=[GoalCard(goal=goal.pk), ActionCard(values={"email": "x@kern.example"}), ASK])
    end = QuestionCard(id="q", text="?", responses=[Response(id="a", text="a", branch=later)])
    stream = publish(Document(start=Branch(cards=[GoalCard(goal=goal.pk)], end=end)))

    conversation = Conversation.start(vera, stream)
    assert conversation.goals_reached.count() == 1
    conversation.answer("q", "a")

    assert [each.goal for each in conversation.goals_reached.all()] == [goal, goal]
    vera.refresh_from_db()
    assert vera.attributes["email"] == "x@kern.example"


def test_a_document_is_a_message_that_leads_to_it(publish, vera, settings):
    settings.SITE_URL = "https://chat.example"
    pdf = Pdf.objects.create(name='Prices <b>"2026"</b>', address="https://shop.example/p.pdf")
    stream = publish(Document(start=Branch(cards=[PdfCard(pdf=pdf.pk), ASK])))

    message = Conversation.start(vera, stream).messages.first()

    assert message.body == 'Prices <b>"2026"</b> (https://shop.example/p.pdf)'
    assert f'href="https://chat.example{pdf.link}"' in message.rich
    assert "&lt;b&gt;" in message.rich
