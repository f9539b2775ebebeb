"""A dialogue goes out as one file, and comes in again the same; what does not fit is said before anything is made."""

import json

import msgspec
import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings

from dialogues.cards import CaptureCard, FlowCard, GoalCard, MessageCard, PdfCard
from dialogues.document import (
    NOTHING,
    Branch,
    Case,
    ConditionalCard,
    Document,
    LiveChatCard,
    QuestionCard,
    Response,
)
from dialogues.exchange import as_file, export, read
from dialogues.models import Attribute, Dialogue, Goal, Pdf, Stream
from dialogues.models.draft import Steps
from dialogues.taking_in import TakingIn
from routing.models import Agent, Method, Route, Team
from tests.dialogues.streams import documents

IMPORT = "/admin/dialogues/dialogue/import/"


def in_file(stream):
    return as_file(export(stream))


@pytest.fixture
def rich(sales, alice, publish, max):
    """A dialogue that names one of everything."""
    Attribute.objects.create(name="company", label="Company")
    goal = Goal.objects.create(name="Saw prices", score=5)
    pdf = Pdf.objects.create(name="Prices", address="https://shop.example/prices.pdf")
    flow = Dialogue.objects.create(name="Small talk", is_flow=True)
    Stream.draft_of(flow).write(Document(start=Branch(cards=[MessageCard(text="It rains.")])))
    to_alice, to_sales = (
        Route.objects.to(Method.AGENT, agent=alice),
        Route.objects.to(Method.TEAM, team=sales),
    )
    either = ConditionalCard(
        cases=[Case(route=to_alice.pk, branch=Branch(end=LiveChatCard(route=to_alice.pk)))],
    )
    either.otherwise.branch.end = LiveChatCard(route=to_sales.pk)
    cards = [
        CaptureCard(question="Where do you work, {{first_name}}?", attribute="company"),
        GoalCard(goal=goal.pk),
        PdfCard(pdf=pdf.pk),
        FlowCard(flow=flow.pk),
    ]
    yes = Response(text="Yes", branch=Branch(cards=cards, end=either))
    dialogue = Dialogue.objects.create(
        name="Rich",
        description="All of it",
        priority=3,
        targets=["https://shop.example/*"],
        at_most=2,
        known="known",
    )
    draft = Stream.draft_of(dialogue)
    draft.write(Document(start=Branch(end=QuestionCard(text="Well?", responses=[yes]))))
    return draft


def elsewhere():
    """As in another Parley, where none of these rows is."""
    Stream.objects.all().delete()
    for model in (Dialogue, Goal, Pdf):
        model.objects.all().delete()
    Attribute.objects.filter(name="company").delete()
    Route.objects.all().delete()
    Team.objects.all().delete()
    Agent.objects.update(name="Somebody else")


def test_a_dialogue_comes_in_as_it_went_out(rich, max):
    raw = in_file(rich)

    dialogue = TakingIn(read(raw)).make(name="Copy", by=max)

    assert dialogue.draft.read() == rich.read()
    assert in_file(dialogue.draft).replace(b'"Copy"', b'"Rich"') == raw


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(document=documents)
def test_whatever_a_draft_says_comes_in_as_it_went_out(three_of_each, document):
    dialogue, draft = three_of_each
    draft.write(with_our_keys(document, three_of_each.keys))

    taken = read(in_file(draft))
    assert taken.document == draft.read()
    TakingIn(taken).write(dialogue)

    assert Stream.objects.get(pk=draft.pk).read() == draft.read()


class Three(tuple):
    keys = None


@pytest.fixture
def three_of_each(hire, sales):
    """A dialogue with its draft; and rows, so that the keys 1 to 3 of documents that Hypothesis grows become keys of
    theirs."""
    carol = hire("Carol")
    for name in ("company", "size"):
        Attribute.objects.create(name=name, label=name)
    routes = [
        Route.objects.to(Method.ROUND_ROBIN),
        Route.objects.to(Method.AGENT, agent=carol),
        Route.objects.to(Method.TEAM, team=sales),
    ]
    rows = {
        "route": routes,
        "goal": [Goal.objects.create(name=f"Goal {number}") for number in range(3)],
        "pdf": [
            Pdf.objects.create(name=f"Pdf {number}", address="https://a.example/a.pdf") for number in range(3)
        ],
        "flow": [Dialogue.objects.create(name=f"Flow {number}", is_flow=True) for number in range(3)],
    }
    dialogue = Dialogue.objects.create(name="Grown")
    three = Three((dialogue, Stream.draft_of(dialogue)))
    three.keys = {kind: [row.pk for row in found] for kind, found in rows.items()}
    return three


def with_our_keys(document, keys):
    def renamed(part):
        match part:
            case dict():
                return {
                    name: keys[name][value - 1] if name in keys and isinstance(value, int) else renamed(value)
                    for name, value in part.items()
                }
            case list():
                return [renamed(each) for each in part]
        return part

    return Document.load(renamed(document.dump()))


# The pages


@pytest.fixture
def max_imports(client, max):
    client.force_login(max)

    def max_imports(raw, **typed):
        if typed:
            return client.post(IMPORT, {"raw": raw.decode(), "name": "Copy"} | typed)
        return client.post(IMPORT, {"file": as_upload(raw)})

    return max_imports


def as_upload(raw):
    return SimpleUploadedFile("dialogue.json", raw, content_type="application/json")


def test_max_exports_a_draft_and_a_version(client, max, dialogue):
    client.force_login(max)
    path = reverse("admin:dialogues_dialogue_export", args=[dialogue.pk])

    live = client.get(path)
    Stream.draft_of(dialogue).write(Document(start=Branch(cards=[MessageCard(text="Soon")])))

    assert live.headers["Content-Disposition"] == 'attachment; filename="pricing-version-1.json"'
    assert read(live.content).document == dialogue.live_stream.read()
    assert client.get(path).headers["Content-Disposition"] == 'attachment; filename="pricing-draft.json"'
    assert read(client.get(path).content).document == dialogue.draft.read()
    assert client.get(path, {"version": "1"}).content == live.content
    assert client.get(path, {"version": "9"}).status_code == 404
    assert client.get(path, {"version": "x"}).status_code == 404


def test_what_fits_is_imported_in_two_steps(max_imports, rich):
    raw = in_file(rich)

    report = max_imports(raw)
    assert "Everything in it fits." in report.text
    assert Dialogue.objects.filter(is_flow=False).count() == 1
    done = max_imports(raw, into="")

    copy = Dialogue.objects.get(name="Copy")
    assert done.url == reverse("admin:dialogues_dialogue_stream", args=[copy.pk])
    assert copy.draft.read() == rich.read()
    assert (copy.priority, copy.targets, copy.at_most, copy.known) == (
        3,
        ["https://shop.example/*"],
        2,
        "known",
    )


def test_what_does_not_fit_is_said_before_anything_is_made(max_imports, rich):
    raw = in_file(rich)
    elsewhere()

    report = max_imports(raw)

    for words in (
        "There is no agent “Alice” here",
        "There is no team “Sales” here",
        "There is no attribute <bdi>Company</bdi>",
        "There is no goal\n",
        "There is no document",
        "There is no conversational flow",
    ):
        assert words.strip() in report.text
    assert not Dialogue.objects.exists()
    assert not Goal.objects.exists()


def test_another_agent_is_chosen_and_what_is_missing_is_made(max_imports, rich, bob):
    raw = in_file(rich)
    elsewhere()
    bob.refresh_from_db()
    routes = {f"route-{key}": f"agent-{bob.pk}" for key in read(raw).document.routes}

    max_imports(raw, **routes, **{"make-attributes": "on", "make-goals": "on", "make-documents": "on"})

    document = Dialogue.objects.get(name="Copy").draft.read()
    assert {str(Route.objects.get(pk=key).agent_id) for key in document.routes} == {str(bob.pk)}
    assert Goal.objects.get(pk=document.goals.pop()).score == 5
    assert Pdf.objects.get(pk=document.pdfs.pop()).name == "Prices"
    assert Attribute.objects.get(name="company").label == "Company"
    assert document.flows == set()


def test_what_is_not_to_be_made_is_left_out_and_said_by_the_designer(max_imports, rich):
    raw = in_file(rich)
    elsewhere()
    routes = {f"route-{key}": "round_robin" for key in read(raw).document.routes}

    max_imports(raw, **routes)

    draft = Dialogue.objects.get(name="Copy").draft
    assert not Goal.objects.exists()
    assert not draft.read().goals
    assert {Route.objects.get(pk=key).method for key in draft.read().routes} == {Method.ROUND_ROBIN}
    faults = [text for _, text in draft.faults()]
    assert {"Choose the goal.", "Choose the document.", "There is no attribute “company”."} <= set(faults)


def test_who_may_not_make_attributes_is_not_asked_to(client, rich, db):
    raw = in_file(rich)
    elsewhere()
    mia = User.objects.create(username="mia")
    mia.groups.add(Group.objects.get(name="Marketing User"))
    client.force_login(mia)

    report = client.post(IMPORT, {"file": as_upload(raw)}).text
    routes = {f"route-{key}": "round_robin" for key in read(raw).document.routes}
    client.post(IMPORT, {"raw": raw.decode(), "name": "Copy", "make-attributes": "on"} | routes)

    assert "make-goals" in report
    assert "make-attributes" not in report
    assert not Attribute.objects.filter(name="company").exists()
    assert Dialogue.objects.filter(name="Copy").exists()


def test_into_an_existing_dialogue_it_is_a_step_that_can_be_undone(max_imports, rich, dialogue):
    before = dialogue.live_stream.read()

    max_imports(in_file(rich), into=str(dialogue.pk))

    assert dialogue.draft.read() == rich.read()
    assert str(Steps(dialogue.draft).undo()) == "Imported “Rich”"
    assert dialogue.draft.read() == before
    dialogue.refresh_from_db()
    assert (dialogue.targets, dialogue.priority) == ([], 1)


def test_a_name_that_is_taken_is_said(max_imports, rich):
    report = max_imports(in_file(rich), name="Rich")

    assert report.status_code == 422
    assert "There is a dialogue of this name already." in report.text


def changed(raw, **fields):
    return json.dumps(json.loads(raw) | fields).encode()


def nested(depth):
    document = {"cards": []}
    for number in range(depth):
        question = {"card": "question", "text": "?", "id": f"q{number}"}
        response = {"text": "Yes", "id": f"r{number}", "branch": document}
        document = {"cards": [], "end": question | {"responses": [response]}}
    return {"start": document}


MESSAGE = {"card": "message", "text": "Hello", "id": "a"}
HOSTILE = {
    "no JSON": (b"<html>", "This is no JSON file."),
    "nothing": (b"[]", "There is no dialogue of Parley in this file."),
    "half of it": (b'{"parley": "dialogue"', "This is no JSON file."),
    "no text": (b"\xff\xfe\x00", "This is no JSON file."),
    "half a character": (b'{"parley": "dialogue", "name": "\\ud800"}', "This is no JSON file."),
    "too large": (b" " * (1024 * 1024 + 1), "larger than 1 MB"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "deep and closed": (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    "newer": ({"format": 2}, "A newer Parley has written it (format 2, and this one reads 1)."),
    "no number": ({"format": "one"}, "Expected `int`"),
    "an unknown field": ({"colour": "red"}, "unknown field `colour`"),
    "an unknown card": ({"document": {"start": {"cards": [{"card": "image", "id": "a"}]}}}, "image"),
    "two of one name": ({"document": {"start": {"cards": [MESSAGE, MESSAGE]}}}, "the same id"),
    "wrong types": ({"name": 5}, "Expected `str`, got `int`"),
    "a number of words": ({"priority": 10**30}, "It cannot be read"),
    "below nothing": ({"priority": -1}, "$.priority"),
    "NUL": ({"name": "a\0b"}, "NUL"),
    "NUL in a name of a field": ({"document": {"a\0": 1}}, "NUL"),
    "a name without letters": ({"name": ""}, "of length"),
    "an attribute of its own kind": ({"attributes": [{"name": "Bad Name", "label": "x"}]}, "matching regex"),
    "conditions that are none": ({"shown": {"audience": {"groups": 5}}}, "It cannot be read"),
    "a target that is none": ({"shown": {"targets": ["http://[", "a"]}}, "It cannot be read"),
    "branches without end": ({"document": nested(25)}, "nested more than 20 deep"),
    "branches that no reader survives": ({"document": nested(150)}, "nested"),
    "too many cards": (
        {"document": {"start": {"cards": [MESSAGE | {"id": f"m{n}"} for n in range(1001)]}}},
        "at most 1000",
    ),
    "a card below a live chat card": (
        {"document": {"start": {"cards": [{"card": "live_chat", "route": 1, "id": "a"}, MESSAGE]}}},
        "live_chat",
    ),
}


@pytest.mark.parametrize(("what", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_words(max_imports, dialogue, what, words):
    raw = what if isinstance(what, bytes) else changed(in_file(dialogue.live_stream), **what)

    answers = (
        [max_imports(raw)]
        if len(raw) > 1024 * 1024 or b"\xff" in raw
        else [max_imports(raw), max_imports(raw, into="")]
    )

    for answer in answers:
        assert answer.status_code == 422
        assert words in answer.context["form"].errors.as_text()
    assert Dialogue.objects.count() == 1


def test_a_key_that_fits_no_row_becomes_none(max_imports, dialogue):
    cards = [{"card": "goal", "goal": 2**62, "id": "g"}, {"card": "flow", "flow": 2**62, "id": "f"}]
    end = {"card": "live_chat", "route": 2**62, "id": "c"}
    raw = changed(in_file(dialogue.live_stream), document={"start": {"cards": cards, "end": end}})

    assert "a routing option that the file does not describe" in max_imports(raw).text
    max_imports(raw, **{f"route-{2**62}": "round_robin"})

    document = Dialogue.objects.get(name="Copy").draft.read()
    assert [card.goal for card in document.cards() if isinstance(card, GoalCard)] == [NOTHING]
    assert Route.objects.get(pk=document.routes.pop()).method == Method.ROUND_ROBIN


def test_markup_in_a_file_is_cleaned(dialogue):
    hello = MESSAGE | {
        "html": "<p>Hello<script>alert(1)</script></p>",
        "translations": {"nl": {"html": "<img src=x>"}},
    }
    raw = changed(in_file(dialogue.live_stream), document={"start": {"cards": [hello]}})

    [card] = read(raw).document.cards()

    assert card.html == "<p>Hello</p>"
    assert "img" not in card.translations["nl"]["html"]


def test_a_deep_stream_can_still_be_drawn(max_imports, client, dialogue):
    raw = changed(in_file(dialogue.live_stream), document=nested(19))

    done = max_imports(raw, into="")

    assert client.get(done.url).status_code == 200


def test_the_file_can_be_read_by_people(dialogue):
    text = in_file(dialogue.live_stream).decode()

    assert text.startswith('{\n  "parley": "dialogue",\n  "format": 1,\n  "name": "Pricing"')
    assert (
        msgspec.json.decode(text)["document"]["start"]["end"]["text"] == "Would you like to talk to someone?"
    )
