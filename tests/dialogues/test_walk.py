"""What a stream says and does on the way to the next card that waits."""

import pytest

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
from dialogues.models import Appearance, Conversation, Dialogue, Goal, Pdf, Stream
from dialogues.models.message import LONGEST_MESSAGE
from dialogues.walk import Kept, Reached, Said, Shown
from routing.conditions import read

ASK = CaptureCard(id="ask", question="And now?", attribute="email")


@pytest.fixture
def walk(db):
    """What happens to somebody who begins with these cards, and the card they come to stand on."""

    def walk(*cards, end=None, **known):
        walk = stream_of(*cards, end=end or yes_or_no()).walk(known).begin()
        return walk.happenings, walk.card

    return walk


@pytest.fixture
def flow(publish, db):
    """Publishes a version of a conversational flow, and gives the flow's key."""

    def flow(*cards, end=None, name="Opening hours"):
        Dialogue.objects.get_or_create(name=name, defaults={"is_flow": True})
        return publish(Document(start=Branch(cards=list(cards), end=end)), name=name).dialogue_id

    return flow


def stream_of(*cards, end=None):
    """A draft that nobody has saved."""
    document = Document(start=Branch(cards=list(cards), end=end))
    return Stream(dialogue=Dialogue(name="?"), document=document.dump())


def yes_or_no():
    return QuestionCard(
        id="q",
        text="Shall we?",
        responses=[Response(id="yes", text="Yes", branch=Branch(cards=[MessageCard(text="Good.")]))],
    )


def conditions(attribute, operator="is", value=""):
    condition = {"attribute": attribute, "operator": operator} | ({"value": value} if value else {})
    return read({"match": "all", "groups": [{"match": "all", "conditions": [condition]}]})


def words(happenings):
    return [each.text for each in happenings if isinstance(each, Said)]


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


# What is known already


def test_what_is_known_is_not_asked_if_the_card_says_so(walk):
    skipped = CaptureCard(id="mail", question="Email?", attribute="email", if_known="skip")

    assert walk(skipped, ASK, email="vera@kern.example")[1].id == "ask"
    assert walk(skipped, ASK, email="")[1].id == "mail"
    assert (
        walk(CaptureCard(id="again", question="Email?", attribute="email"), ASK, email="v@k.example")[1].id
        == "again"
    )


def test_what_an_action_has_set_is_known(walk):
    skipped = CaptureCard(id="mail", question="Email?", attribute="email", if_known="skip")

    assert walk(ActionCard(values={"email": "v@kern.example"}), skipped, ASK)[1].id == "ask"


# Flows


def test_a_flow_is_gone_through_and_left_again(flow, walk):
    key = flow(MessageCard(text="9 to 5"))

    happenings, card = walk(MessageCard(text="We are open:"), FlowCard(flow=key))

    assert words(happenings) == ["We are open:", "9 to 5", "Shall we?"]
    assert card.id == "q"


def test_a_flow_that_is_not_published_any_more_is_passed_over(walk, db):
    flow = Dialogue.objects.create(name="Hours", is_flow=True)
    document = Document(start=Branch(cards=[FlowCard(flow=flow.pk), MessageCard(text="Hi")], end=yes_or_no()))
    stream = Stream(dialogue=Dialogue(name="?"), document=document.dump())

    assert words(stream.walk({}).begin().happenings) == ["Hi", "Shall we?"]


def test_who_is_inside_a_flow_stays_in_its_version(flow, publish, vera):
    key = flow(CaptureCard(id="size", question="Size?", attribute="email"), MessageCard(text="Old"))
    stream = publish(Document(start=Branch(cards=[FlowCard(flow=key)], end=yes_or_no())))
    conversation = Conversation.start(vera, stream)
    flow(CaptureCard(id="other", question="Other?", attribute="email"), MessageCard(text="New"))

    conversation.answer("size", "big")

    assert [each.body for each in conversation.messages.all()] == ["Size?", "big", "Old", "Shall we?"]
    assert conversation.flow is None
    assert conversation.card == "q"


def test_the_next_visitor_meets_the_flow_s_new_version(flow, publish, vera):
    key = flow(CaptureCard(id="size", question="Size?", attribute="email"))
    stream = publish(Document(start=Branch(cards=[FlowCard(flow=key)], end=yes_or_no())))
    flow(CaptureCard(id="other", question="Other?", attribute="email"))

    assert Conversation.start(vera, stream).card == "other"


def test_a_flow_within_a_flow_goes_back_to_both(flow, publish, vera):
    inner = flow(CaptureCard(id="in", question="In?", attribute="email"), name="Inner")
    outer = flow(
        FlowCard(flow=inner), CaptureCard(id="out", question="Out?", attribute="email"), name="Outer"
    )
    stream = publish(Document(start=Branch(cards=[FlowCard(flow=outer)], end=yes_or_no())))
    conversation = Conversation.start(vera, stream)

    for card in ("in", "out"):
        assert conversation.card == card
        conversation.answer(card, "x")

    assert conversation.card == "q"
    assert conversation.returns == []


def test_a_flow_that_runs_itself_comes_to_an_end(db):
    flow = Dialogue.objects.create(name="Forever", is_flow=True)
    stream = Stream.draft_of(flow)
    stream.write(
        Document(start=Branch(cards=[MessageCard(text="Again"), FlowCard(flow=flow.pk)], end=yes_or_no()))
    )
    Stream.objects.filter(pk=stream.pk).update(published_at="2026-01-01T00:00Z")

    walk = Stream.objects.get(pk=stream.pk).walk({}).begin()

    assert walk.card.id == "q"
    assert len(words(walk.happenings)) < 20


# Words


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
