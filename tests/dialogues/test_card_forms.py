"""Marketers fill in the form of each card."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dialogues.admin.card_forms import Choices, form_for
from dialogues.document import (
    ActionCard,
    Branch,
    CaptureCard,
    Case,
    ConditionalCard,
    Document,
    FlowCard,
    GoalCard,
    LiveChatCard,
    MeetingCard,
    MessageCard,
    PdfCard,
    QuestionCard,
    Response,
)
from dialogues.editing import Refused
from dialogues.models import Appearance, Attribute, Dialogue, Goal, Pdf
from routing.conditions import read
from routing.models import CustomRule, Method, Route
from tests.dialogues.filled_in import FilledIn

PDF = b"%PDF-1.7\n1 0 obj"


class Card:
    """A card in a stream of its own, and its form as a browser shows and sends it."""

    def __init__(self, card):
        is_end = isinstance(card, QuestionCard | ConditionalCard | LiveChatCard)
        branch = Branch(end=card) if is_end else Branch(cards=[card])
        self.document = Document.load(Document(start=branch).dump())
        self.card = self.document.card(card.id)

    @property
    def shown(self):
        return FilledIn(self.form)

    @property
    def form(self):
        return form_for(self.card, Choices(self.document))

    def save(self, do="save", **typed):
        """Types, by the name of each field, presses a button, and gives the form that took it."""
        sent = self.shown.sent | {"do": do}
        for name, value in typed.items():
            name = f"{self.card.id}-{name.replace('__', '-')}"
            if isinstance(value, SimpleUploadedFile):
                sent[f"file:{name}"] = value
            else:
                assert name in sent or name.endswith("-poke"), name
                sent[name] = value
        form = form_for(self.card, Choices(self.document), sent)
        if form.is_valid():
            form.write(self.card)
            self.document = Document.load(self.document.dump())
            self.card = self.document.card(self.card.id)
        return form


@pytest.fixture
def dutch(db):
    """Dialogues are written in English and in Dutch."""
    Appearance.objects.update(languages=["en", "nl"])


@pytest.fixture
def plan(db):
    return Attribute.objects.create(name="plan", label="Plan")


def yes_or_no(**fields):
    yes = Response(id="yes", text="Yes", branch=Branch(cards=[MessageCard(text="Good.")]))
    return QuestionCard(id="q", text="Shall we?", responses=[yes, Response(id="no", text="No")], **fields)


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


# Message


def test_a_message_is_rich_text_and_its_plain_words(db):
    card = Card(MessageCard(text="Hello"))

    card.save(html="<p>Hello <b>{{first_name|there}}</b></p><script>alert(1)</script>")

    assert card.card.html == "<p>Hello <b>{{first_name|there}}</b></p>"
    assert card.card.text == "Hello {{first_name|there}}"


def test_a_message_says_the_same_in_dutch(dutch):
    card = Card(MessageCard(text="Hello"))

    card.save(nl__html="<p>Hallo <i>daar</i></p>")

    assert card.card.said("text", "nl-BE") == "Hallo daar"
    assert card.card.said("html", "nl-BE") == "<p>Hallo <i>daar</i></p>"
    assert card.card.said("text", "fr") == "Hello"


def test_a_translation_that_is_emptied_is_gone_and_other_languages_stay(dutch):
    card = Card(MessageCard(text="Hello", translations={"nl": {"text": "Hoi"}, "fr": {"text": "Salut"}}))
    card.save(nl__html="<p>Hallo</p>")

    card.save(nl__html="")

    assert card.card.translations == {"fr": {"text": "Salut"}}


# Question


def test_a_response_that_says_something_else_keeps_its_branch_and_its_stored_value(db):
    card = Card(yes_or_no())

    card.save(response__yes__text="Gladly", response__yes__value="yes")

    [first, _] = card.card.responses
    assert (first.id, first.text, first.value) == ("yes", "Gladly", "yes")
    assert first.branch.cards[0].text == "Good."


def test_two_responses_can_change_places_by_their_texts(db):
    card = Card(yes_or_no())

    card.save(response__yes__text="No", response__no__text="Yes")

    assert [(each.id, each.text) for each in card.card.responses] == [("yes", "No"), ("no", "Yes")]


def test_the_last_row_makes_a_response_and_typing_on_makes_no_second(db):
    card = Card(yes_or_no())
    sent = card.shown.sent
    [row] = {name for name in sent if name.startswith("q-response-") and name.endswith("-text")} - {
        "q-response-yes-text",
        "q-response-no-text",
    }

    for text in ("May", "Maybe"):
        form = form_for(card.card, Choices(card.document), sent | {row: text, "do": "save"})
        assert form.is_valid()
        form.write(card.card)

    assert [each.text for each in card.card.responses] == ["Yes", "No", "Maybe"]


def test_a_response_that_leads_nowhere_can_be_cleared_and_one_that_leads_to_cards_cannot(db):
    card = Card(yes_or_no())

    card.save(response__no__text="")
    with pytest.raises(Refused, match="“Yes” leads to cards"):
        card.save(response__yes__text=" ")

    assert [each.text for each in card.card.responses] == ["Yes"]


def test_two_responses_that_say_the_same_are_refused(db):
    with pytest.raises(Refused, match="say the same"):
        Card(yes_or_no()).save(response__no__text=" Yes ")


def test_a_button_moves_a_response(db):
    card = Card(yes_or_no())

    card.save("save:down:yes")

    assert [each.id for each in card.card.responses] == ["no", "yes"]
    card.save("save:up:yes")
    assert [each.id for each in card.card.responses] == ["yes", "no"]


def test_a_response_is_translated(dutch):
    card = Card(yes_or_no())

    card.save(nl__response__yes="Ja", nl__text="Zullen we?")

    assert card.card.responses[0].said("text", "nl") == "Ja"
    assert card.card.said("text", "nl") == "Zullen we?"


def test_only_the_first_card_can_poke(db):
    question = yes_or_no()
    document = Document(start=Branch(cards=[MessageCard(text="Hi")], end=question))

    first, later = Card(yes_or_no()), form_for(question, Choices(document))

    assert "q-poke" in first.shown.sent
    assert "poke" not in later.fields
    sent = {name: value for name, value in first.shown.sent.items() if name != "q-poke"}
    form = form_for(first.card, Choices(first.document), sent)
    assert form.is_valid()
    form.write(first.card)
    assert first.card.poke is False


# Information capture


def test_a_picklist_has_its_choices_one_a_line(dutch):
    card = Card(CaptureCard(question="Size?", attribute="email"))

    card.save(type="picklist", choices="Small\n\n  Very   large \n", nl__choices="Klein\nHeel groot")

    assert card.card.choices == ["Small", "Very large"]
    assert card.card.said("choices", "nl").splitlines() == ["Klein", "Heel groot"]


def test_a_choice_is_there_once(db):
    form = Card(CaptureCard(question="Size?", attribute="email")).save(choices="a\nb\na")

    assert form.errors == {"choices": ["Two choices say the same."]}


def test_what_is_known_can_be_skipped(db):
    card = Card(CaptureCard(question="Email?", attribute="email"))

    card.save(if_known="skip")

    assert card.card.if_known == "skip"


def test_an_attribute_that_is_gone_keeps_nobody_from_saving_something_else(db):
    card = Card(CaptureCard(question="?", attribute="gone"))

    assert card.save(question="Your plan?").is_valid()
    assert card.card.question == "Your plan?"
    assert "gone (no longer exists)" in str(card.form)


# Document


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_a_pdf_is_uploaded_under_a_plain_name(db, media):
    card = Card(PdfCard(pdf=0))

    card.save("save:new", file=SimpleUploadedFile("Price list (new).PDF", PDF))

    pdf = Pdf.objects.get()
    assert (pdf.name, pdf.file.name, card.card.pdf) == (
        "price-list-new",
        "documents/price-list-new.pdf",
        pdf.pk,
    )
    assert pdf.file.read() == PDF
    pdf.file.close()


def test_the_same_document_is_not_made_twice(db, media):
    card = Card(PdfCard(pdf=0))

    for _ in range(2):
        form = card.save("save:new", name="Prices", file=SimpleUploadedFile("p.pdf", PDF))
        assert form.is_valid(), form.errors
        form = card.save("save:new", name="Hours", address="https://shop.example/hours.pdf")
        assert form.is_valid(), form.errors

    assert sorted(Pdf.objects.values_list("name", flat=True)) == ["Hours", "Prices"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("evil.pdf", b"<html><script>alert(1)</script>", "This file is no PDF."),
        ("evil.pdf", b" %PDF-1.7", "This file is no PDF."),
        ("large.pdf", PDF + b"x" * 10 * 1024 * 1024, "The file is larger than 10 MB."),
        ("empty.pdf", b"", "The submitted file is empty."),
    ],
)
def test_what_is_no_pdf_or_too_large_is_refused(db, media, name, content, words):
    form = Card(PdfCard(pdf=0)).save("save:new", file=SimpleUploadedFile(name, content))

    assert form.errors["file"] == [words]
    assert not Pdf.objects.exists()
    assert '<details class="new" open>' in str(form)


def test_a_document_can_lie_at_an_address(db):
    card = Card(PdfCard(pdf=0))

    card.save("save:new", address="https://shop.example/files/Price%20list.pdf")

    assert Pdf.objects.get(pk=card.card.pdf).name == "Price list"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "shop"])
def test_an_address_is_one_of_a_web_page(db, address):
    form = Card(PdfCard(pdf=0)).save("save:new", address=address)

    assert "address" in form.errors


def test_another_document_of_the_same_name_is_refused(db, media):
    Pdf.objects.create(name="Prices", address="https://shop.example/a.pdf")

    form = Card(PdfCard(pdf=0)).save("save:new", name="prices", file=SimpleUploadedFile("p.pdf", PDF))

    assert form.errors["name"] == ["There is another document of this name: give this one another."]


# Goal, action, flow


def test_a_goal_is_made_by_its_name_or_found(db):
    card = Card(GoalCard(goal=0))

    card.save("save:new", name="Asked for a price", score="5")
    goal = Goal.objects.get()
    card.save("save:new", name="asked for a PRICE")

    assert card.card.goal == goal.pk
    assert Goal.objects.get().score == 5


def test_a_score_needs_a_goal(db):
    assert "name" in Card(GoalCard(goal=0)).save("save:new", score="5").errors
    assert "score" in Card(GoalCard(goal=0)).save("save:new", name="x", score="-1").errors


def test_an_action_sets_attributes_that_exist(plan):
    card = Card(ActionCard(values={}))
    card.save(**{"0__attribute": "plan", "0__value": "{{first_name|Prime}}"})
    card.save(**{"1__attribute": "email", "1__value": ""})

    assert card.card.values == {"plan": "{{first_name|Prime}}", "email": ""}
    assert "1-attribute" in card.save(**{"1__attribute": "plan"}).errors
    assert "0-attribute" in card.save(**{"0__attribute": "shoe_size"}).errors


def test_a_value_without_an_attribute_is_asked_about(plan):
    form = Card(ActionCard(values={})).save(**{"0__value": "Prime"})

    assert form.errors == {"0-attribute": ["Choose the attribute."]}


def test_a_flow_says_that_it_may_end_in_a_live_chat(publish, round_robin, db):
    ask = QuestionCard(
        text="?", responses=[Response(text="a", branch=Branch(end=LiveChatCard(route=round_robin.pk)))]
    )
    for name in ("Hours", "Sales"):
        Dialogue.objects.create(name=name, is_flow=True)
    Dialogue.objects.create(name="Draft", is_flow=True)
    publish(Document(start=Branch(cards=[MessageCard(text="9 to 5")])), name="Hours")
    publish(Document(start=Branch(end=ask)), name="Sales")

    choices = dict(Card(FlowCard(flow=0)).form.fields["flow"].choices).values()

    assert set(choices) == {"Choose…", "Hours", "Sales (may end in a live chat)", "Draft (not published)"}


# Live chat and meeting booking


def test_a_live_chat_card_leads_to_a_team(round_robin, sales):
    card = Card(LiveChatCard(route=round_robin.pk))

    card.save(method="team", team=str(sales.pk), connecting="One moment…")

    route = Route.objects.get(pk=card.card.route)
    assert (route.method, route.team, card.card.connecting) == (Method.TEAM, sales, "One moment…")
    assert card.save(method="agent", agent="").errors == {"agent": ["Choose the agent."]}


def test_the_form_says_who_would_get_it_now(to_sales, alice, bob, workspace):
    card = Card(LiveChatCard(route=to_sales.pk))

    assert card.form.who_now.sentences == ["Alice, then Bob."]
    alice.switch(available=False)
    assert card.form.who_now.sentences == ["Bob."]
    bob.switch(available=False)
    assert card.form.who_now.sentences == ["Nobody right now."]
    assert "Nobody is free right now" in str(card.form)


def test_by_round_robin_one_agent_is_asked(round_robin, alice, bob):
    assert Card(LiveChatCard(route=round_robin.pk)).form.who_now.sentences == ["Alice."]


def test_by_custom_rules_it_depends_on_the_visitor(db, alice, bob):
    route = Route.objects.to(Method.CUSTOM_RULES)
    card = Card(LiveChatCard(route=route.pk))
    assert card.form.who_now.sentences == ["Nobody: there is no custom rule yet."]
    CustomRule.objects.create(name="Prime", priority=1).agents.add(bob)
    CustomRule.objects.create(name="Dutch", priority=2)

    assert card.form.who_now.sentences == ["Rule “Prime”: Bob.", "Rule “Dutch”: Nobody right now."]


def test_on_select_a_team_is_nobody(to_sales, select):
    [sentence] = Card(LiveChatCard(route=to_sales.pk)).form.who_now.sentences

    assert sentence == "Nobody: the Select plan has no teams."


def test_meetings_are_booked_with_whom_a_route_finds(round_robin, alice):
    card = Card(MeetingCard(route=round_robin.pk))

    card.save(route=f"agent-{alice.pk}", text="When suits you?")

    assert Route.objects.get(pk=card.card.route).agent == alice
    assert "Its calendar comes later" in str(card.form)
    assert "route" in card.save(route="agent-0").errors


# Conditional branching


def test_a_branch_is_taken_by_conditions_and_by_who_is_available(sales):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a")]))
    row = "case__a__group__0__condition__0__{}"
    typed = {
        row.format("attribute"): "page",
        row.format("operator"): "contains",
        row.format("value"): "/pricing",
    }

    card.save(case__a__target=f"team-{sales.pk}", **typed)

    [case] = card.card.cases
    assert case.conditions.in_words() == 'Page contains "/pricing"'
    assert Route.objects.get(pk=case.route).team == sales


def test_there_is_always_a_row_for_one_more_condition_and_one_more_group(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a")]))
    row = "case__a__group__{}__condition__{}__{}"
    first = {row.format(0, 0, "attribute"): "page", row.format(0, 0, "value"): "/a"}
    second = {row.format(0, 1, "attribute"): "language", row.format(0, 1, "value"): "nl"}
    third = {
        row.format(1, 0, "attribute"): "email",
        row.format(1, 0, "operator"): "is_not_empty",
        "case__a__match": "any",
    }

    for typed in (first, second, third):
        assert card.save(**typed).is_valid()

    words = card.card.cases[0].conditions.in_words()
    assert words == '(Page is "/a" and Language is "nl") or Email is not empty'


def test_a_condition_without_its_attribute_is_gone(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a")]))
    row = "case__a__group__0__condition__0__{}"
    card.save(**{row.format("attribute"): "page", row.format("value"): "/a"})

    card.save(**{row.format("attribute"): ""})

    assert card.card.cases[0].conditions.groups == []


def test_a_condition_that_makes_no_sense_says_so(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a")]))
    row = "case__a__group__0__condition__0__{}"

    form = card.save(**{row.format("attribute"): "page", row.format("value"): ""})

    assert not form.is_valid()
    assert "errorlist" in str(form)


def test_branches_are_added_moved_and_removed(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a"), Case(id="b")]))

    card.save("save:add")
    new = card.card.cases[2].id
    card.save(f"save:up:{new}")
    card.save("save:remove:a")

    assert [case.id for case in card.card.cases] == [new, "b"]


def test_a_branch_that_leads_to_cards_is_not_removed(db):
    case = Case(id="a", branch=Branch(cards=[MessageCard(text="Hi")]))
    card = Card(ConditionalCard(id="c", cases=[case]))

    with pytest.raises(Refused, match="leads to cards"):
        card.save("save:remove:a")


def test_a_branch_that_goes_may_be_wrong(db):
    card = Card(ConditionalCard(id="c", cases=[Case(id="a"), Case(id="b")]))
    typed = {"case__a__group__0__condition__0__attribute": "page"}
    assert not card.save(**typed).is_valid()

    assert card.save("save:remove:a", **typed).is_valid()
    assert [case.id for case in card.card.cases] == ["b"]


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
