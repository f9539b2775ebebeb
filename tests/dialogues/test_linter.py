"""What keeps a stream from being published, and what would make it better, each on its card."""

import pytest

from dialogues.cards import ActionCard, CaptureCard, FlowCard, GoalCard, MeetingCard, MessageCard, PdfCard
from dialogues.document import (
    Branch,
    Case,
    ConditionalCard,
    Document,
    LiveChatCard,
    Otherwise,
    QuestionCard,
    Response,
)
from dialogues.linter import Names, lint
from dialogues.models import Appearance, Dialogue, Stream
from routing.conditions import read
from routing.models import Method, Route, Team

NAMES = {
    "attributes": {"email": "Email", "first_name": "First name"},
    "routes": {1: ""},
    "goals": frozenset([1]),
    "pdfs": frozenset([1]),
}
CHAT = LiveChatCard(id="chat", route=1)
EMAIL = CaptureCard(id="email", question="Your email?", attribute="email", type="email")
NAME = CaptureCard(id="name", question="Your name?", attribute="first_name")
IN_DUTCH = read(
    {
        "match": "all",
        "groups": [
            {"match": "all", "conditions": [{"attribute": "language", "operator": "is", "value": "nl"}]}
        ],
    }
)


def asks(*cards, end=None, id="talk", text="Talk?"):
    """A question that leads to these cards, and to a farewell."""
    no = Branch(cards=[MessageCard(text="All right.")])
    responses = [
        Response(text="Yes", branch=Branch(cards=list(cards), end=end)),
        Response(text="No", branch=no),
    ]
    return QuestionCard(id=id, text=text, responses=responses)


def branches(*cases, otherwise="Otherwise"):
    rest = Otherwise(branch=Branch(cards=[MessageCard(text=otherwise)]))
    return ConditionalCard(id="if", cases=list(cases), otherwise=rest)


def case(conditions=IN_DUTCH, route=None, text="Hallo"):
    return Case(conditions=conditions, route=route, branch=Branch(cards=[MessageCard(text=text)]))


def found(*cards, end=None, stops=True, **names):
    document = Document(start=Branch(cards=list(cards), end=end))
    findings = lint(document, Names(**NAMES | names))
    return [(finding.card_id, finding.text) for finding in findings if finding.stops == stops]


def test_what_is_finished_has_nothing_wrong_with_it():
    end = asks(NAME, EMAIL, end=CHAT)

    assert found(end=end) == []
    assert found(end=end, stops=False, has_targets=True) == []


WRONG = {
    "Add a card: an empty stream says nothing.": ("", [], None),
    "Ask something first: a conversation begins with the visitor's first answer.": (
        "hi",
        [MessageCard(id="hi", text="Hi")],
        CHAT,
    ),
    "The response “Yes” leads nowhere: say something there.": ("talk", [], asks()),
    "Give the question at least one response.": ("talk", [], QuestionCard(id="talk", text="Talk?")),
    "Write what this card says.": ("talk", [], asks(EMAIL, text=" ")),
    "Use at most 4000 characters.": ("long", [MessageCard(id="long", text="x" * 4001)], asks(EMAIL)),
    "There is no attribute “age”.": (
        "age",
        [CaptureCard(id="age", question="How old?", attribute="age")],
        asks(EMAIL),
    ),
    "There is no attribute “plan”.": (
        "hi",
        [MessageCard(id="hi", text="You have {{plan|none}}")],
        asks(EMAIL),
    ),
    "There is no attribute “tier”.": ("set", [ActionCard(id="set", values={"tier": "gold"})], asks(EMAIL)),
    "Choose where the answer is kept.": (
        "ask",
        [CaptureCard(id="ask", question="Well?", attribute="")],
        asks(EMAIL),
    ),
    "Give the picklist at least one choice.": (
        "pick",
        [CaptureCard(id="pick", question="Well?", attribute="email", type="picklist")],
        asks(MessageCard(text="Hi")),
    ),
    "The same was asked before on this way.": (
        "again",
        [EMAIL],
        asks(CaptureCard(id="again", question="Mail?", attribute="email")),
    ),
    "The same question was asked before on this way.": (
        "again",
        [],
        asks(end=asks(EMAIL, id="again", text="talk? ")),
    ),
    "Choose where the visitor is routed to.": ("lost", [EMAIL], LiveChatCard(id="lost", route=9)),
    "Choose the goal.": ("goal", [GoalCard(id="goal", goal=9)], asks(EMAIL)),
    "Choose the document.": ("pdf", [PdfCard(id="pdf", pdf=9)], asks(EMAIL)),
    "Meetings cannot be booked yet: take this card out.": (
        "meet",
        [MeetingCard(id="meet", route=1)],
        asks(EMAIL),
    ),
    "Add a condition.": ("if", [EMAIL], branches()),
    "A branch without conditions is never taken.": ("if", [EMAIL], branches(case(read({})))),
    "Two branches have the same conditions: the second is never taken.": (
        "if",
        [EMAIL],
        branches(case(), case()),
    ),
    "A branch of its conditions leads nowhere: say something there.": (
        "if",
        [EMAIL],
        ConditionalCard(id="if", cases=[case()]),
    ),
    "This conversational flow is not published.": ("flow", [FlowCard(id="flow", flow=9)], asks(EMAIL)),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_on_its_card(text):
    card_id, cards, end = WRONG[text]

    assert found(*cards, end=end) == [(card_id, text)]


def test_a_card_that_is_skipped_when_known_may_ask_again():
    again = CaptureCard(question="Your email?", attribute="email", if_known="skip")

    assert found(EMAIL, end=asks(again)) == []


def test_the_same_may_be_asked_on_another_way():
    assert found(end=asks(EMAIL, end=asks(MessageCard(text="Hi"), id="else", text="Else?"))) == []


def test_each_route_that_leads_to_nobody_says_why():
    gone = "Alice is deactivated: choose another agent."

    assert found(EMAIL, end=LiveChatCard(id="chat", route=2), routes={2: gone}) == [("chat", gone)]
    assert found(EMAIL, end=branches(case(route=2)), routes={2: gone}) == [("if", gone)]


def test_what_is_not_translated_is_named_once_a_card():
    yes = Response(text="Yes", translations={"nl": {"text": "Ja"}}, branch=Branch(cards=[EMAIL]))
    question = QuestionCard(
        id="talk", text="Talk?", responses=[yes], translations={"nl": {"text": "Praten?"}}
    )

    assert found(end=question, languages=("en", "nl")) == [("email", "It is not translated into “nl” yet.")]


# Suggestions


def test_before_a_live_chat_card_it_is_best_to_ask():
    suggested = found(EMAIL, end=CHAT, stops=False)

    assert ("chat", "Ask whether they would like to talk to someone before the live chat.") in suggested
    assert ("chat", "Ask for their first name before the live chat.") in suggested
    assert ("chat", "Ask for their email before the live chat.") not in suggested


def test_a_suggestion_brings_its_card_along():
    document = Document(start=Branch(end=asks(NAME, end=CHAT)))

    [finding] = lint(document, Names(**NAMES))
    assert finding.fix == ("ask:email:chat", "Add a card")


def test_who_says_nothing_of_where_is_told_that_it_is_everywhere():
    assert found(end=asks(EMAIL), stops=False, has_targets=False) == [
        ("", "No target address: it is shown on every page.")
    ]


# Conversational flows


def flow(*cards, end=None):
    return Document(start=Branch(cards=list(cards), end=end))


@pytest.mark.parametrize("through", [1, 2])
def test_a_flow_that_runs_itself_is_found(through):
    flows = {1: flow(FlowCard(flow=2)), 2: flow(EMAIL, FlowCard(flow=1))}

    assert ("run", "This flow runs itself: it would never come to an end.") in found(
        FlowCard(id="run", flow=through), flows=flows, key=1, is_flow=True
    )


def test_a_flow_that_may_end_in_a_live_chat_is_the_last_card():
    flows = {1: flow(FlowCard(flow=2)), 2: flow(EMAIL, end=CHAT)}
    run = FlowCard(id="run", flow=1)

    assert found(run, flows=flows) == []
    [(card_id, text)] = found(run, MessageCard(text="Bye"), flows=flows, flow_names={1: "Sales"})
    assert (card_id, text) == (
        "run",
        "“Sales” may end in a live chat. The live chat card must be the last card in its branch.",
    )


def test_a_flow_may_end_in_silence_for_the_dialogue_goes_on():
    assert found(end=QuestionCard(text="Sure?", responses=[Response(text="Yes")]), is_flow=True) == []


# With rows


def test_a_team_of_nobody_is_found(db):
    nobody = Team.objects.create(name="Nobody")
    route = Route.objects.to(Method.TEAM, team=nobody)

    assert "Nobody in team Nobody may take live chats" in route.why_never()


def test_who_was_deactivated_is_found(alice):
    route = Route.objects.to(Method.AGENT, agent=alice)
    assert route.why_never() == ""

    alice.deactivate()

    assert "Alice is deactivated" in Route.objects.get(pk=route.pk).why_never()


def test_an_agent_without_the_permission_is_found(alice):
    alice.user.user_permissions.clear()

    assert "Alice has no permission" in Route.objects.to(Method.AGENT, agent=alice).why_never()


def test_custom_rules_without_a_rule_are_found(db):
    assert "There is no custom rule yet" in Route.objects.to(Method.CUSTOM_RULES).why_never()


def test_a_flow_that_dialogues_go_on_after_cannot_get_a_live_chat(publish, round_robin):
    support = Dialogue.objects.create(name="Support", is_flow=True)
    publish(flow(EMAIL), name="Support")
    publish(flow(FlowCard(flow=support.pk), MessageCard(text="Bye")), name="Pricing")
    draft = Stream.draft_of(support)
    draft.write(flow(EMAIL, end=LiveChatCard(route=round_robin.pk)))

    assert (
        "",
        "It may end in a live chat now, but “Pricing” goes on after it: make it the last card there.",
    ) in (draft.faults())


def test_another_language_makes_translations_needed(talk_to_sales, db):
    Appearance.objects.update(languages=["en", "nl"])

    assert len(talk_to_sales.faults()) == 5
