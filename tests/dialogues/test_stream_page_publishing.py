"""A marketer publishes a draft, undoes steps of it, or throws it away; and who may."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues.document import LiveChatCard, MessageCard
from dialogues.models import Dialogue
from routing.models import Method, Route
from tests.dialogues.stream_page import Page


@pytest.fixture
def sign_in(client, db):
    def sign_in(*permissions):
        user = User.objects.create_user("mia", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client

    return sign_in


def draft_of(dialogue):
    return dialogue.draft.read()


def write(page, text):
    return page.open("card:talk").type(talk__text=text).press("save")


# Publishing


def test_max_publishes_and_the_version_bears_his_name(max_edits, dialogue):
    page = write(max_edits, "Shall we talk?").press("publish")

    live = dialogue.live_stream
    assert (live.number, live.published_by.username) == (2, "max")
    assert live.read().card("talk").text == "Shall we talk?"
    assert "Published: the next visitor sees this version." in page.text
    assert re.search(
        r"Version 2</a>,\s*published 10 June 2026, 12:0\d\s*by max\s*<strong>live</strong>", page.text
    )


def test_to_publish_saves_what_was_typed(max_edits, dialogue):
    max_edits.open("card:talk").type(talk__text="Shall we talk?").press("publish")

    assert dialogue.live_stream.read().card("talk").text == "Shall we talk?"


def test_a_draft_with_problems_is_saved_and_not_published(max_edits, dialogue):
    page = write(max_edits, "").choose("name").type(name__question="").press("publish")

    assert dialogue.live_stream.number == 1
    assert draft_of(dialogue).card("talk").text == ""
    assert "This draft is saved, and cannot be published yet." in page.text
    assert "2 problems stop publishing" in " ".join(page.text.split())
    assert "Write what this card says." in page.card("talk")
    assert 'value="card:talk" data-goes-to="talk"' in page.text


def test_one_problem_stops_publishing(max_edits):
    assert "1 problem stops publishing" in " ".join(write(max_edits, "").text.split())


def test_a_finding_s_fix_is_one_step(max_edits, dialogue):
    page = max_edits.press("delete:name")
    assert "Ask for their first name before the live chat." in page.card("chat")
    assert 'value="ask:first_name:chat"' in page.text

    page.press("ask:first_name:chat")
    asked = draft_of(dialogue).branch("yes").cards[-1]
    assert (asked.question, asked.attribute) == ("What is your first name?", "first_name")


def test_an_empty_dialogue_says_what_is_missing(client, max):
    client.force_login(max)
    dialogue = Dialogue.objects.create(name="New")

    page = Page(client, dialogue)
    assert "Add the first card" in page.text

    page.press("publish")
    assert "Add a card: an empty stream says nothing." in page.text

    page.press("new:question::0")
    assert len(list(draft_of(dialogue).cards())) == 1


@pytest.mark.parametrize("do", ["save", "publish"])
def test_what_visitors_see_already_is_not_published_again(max_edits, dialogue, do):
    page = max_edits.press(do).press("publish")

    assert "Visitors see exactly this already." in page.text
    assert dialogue.streams.published().count() == 1


def test_max_discards_the_draft(max_edits, dialogue):
    page = write(max_edits, "Shall we talk?").press("discard")

    assert dialogue.draft is None
    assert "Would you like to talk to someone?" in page.card("talk")


def test_a_published_version_is_read_and_not_written(max_edits, dialogue):
    path = reverse("admin:dialogues_dialogue_version", args=[dialogue.pk, 1])
    page = max_edits.client.get(path, {"chosen": "card:talk"}).content.decode()

    assert "Would you like to talk to someone?" in page
    assert "It never changes." in page
    assert 'name="do"' not in page


# Undoing


def test_a_step_is_undone_and_taken_again(max_edits, dialogue):
    page = max_edits.press("delete:name").press("delete:mail")
    page = page.press("undo")
    assert [card.id for card in draft_of(dialogue).branch("yes").cards] == ["mail"]
    assert "Undone: Information capture “And your email?” was deleted." in page.text

    page = page.press("undo")
    assert draft_of(dialogue) == dialogue.live_stream.read()
    assert page.press("undo").answer.status_code == 404

    page.open().press("redo").press("redo")
    assert [card.id for card in draft_of(dialogue).branch("yes").cards] == []


def test_a_new_step_drops_what_was_undone(max_edits, dialogue):
    page = max_edits.press("delete:name").press("undo").press("delete:mail")

    assert page.press("redo").answer.status_code == 404
    assert [card.id for card in draft_of(dialogue).branch("yes").cards] == ["name"]
    page.open().press("undo")
    assert draft_of(dialogue) == dialogue.live_stream.read()


def test_undoing_holds_on_to_what_the_draft_names_again(max_edits, dialogue, sales):
    page = Page(max_edits.client, dialogue, chosen="card:chat")
    page.type(chat__method="team", chat__team=sales.pk).press("save").press("delete:chat").press("undo")

    assert dialogue.draft.routes.get().team == sales


def test_each_step_says_who_took_it_and_when(max_edits, dialogue, clock, max):
    page = max_edits.press("delete:name")
    assert 'data-seconds-ago="0"' in page.text

    clock.move(seconds=125)
    assert 'data-seconds-ago="125"' in page.open().text
    assert dialogue.draft.steps.get(number=1).made_by == max


def test_there_is_nothing_to_undo_at_first(max_edits):
    disabled = re.findall(r'value="(undo|redo)"[^>]*?disabled', max_edits.text)

    assert disabled == ["undo", "redo"]
    assert re.findall(r'value="(undo|redo)"[^>]*?disabled', max_edits.press("delete:name").text) == ["redo"]


# Who may


def test_who_may_only_view_reads_and_changes_nothing(sign_in, dialogue):
    page = Page(sign_in("view_dialogue"), dialogue, chosen="card:name")

    assert "Would you like to talk to someone?" in page.text
    assert "What is your first name?" in page.side
    assert 'name="do"' not in page.text
    assert page.client.post(page.path, {"do": "save"}).status_code == 403


def test_who_may_change_writes_drafts_and_publishes_nothing(sign_in, dialogue):
    page = Page(sign_in("view_dialogue", "change_dialogue"), dialogue)

    write(page, "Shall we talk?")

    assert draft_of(dialogue).card("talk").text == "Shall we talk?"
    assert 'value="publish"' not in page.text
    sent = page.fields | {"do": "publish"}
    assert page.client.post(page.path, sent).status_code == 403
    assert dialogue.live_stream.number == 1


def test_who_may_publish_streams_publishes(sign_in, dialogue):
    page = Page(sign_in("view_dialogue", "change_dialogue", "publish_stream"), dialogue)

    write(page, "Shall we talk?").press("publish")

    assert dialogue.live_stream.number == 2


def test_who_may_nothing_finds_nothing(sign_in, dialogue):
    path = reverse("admin:dialogues_dialogue_stream", args=[dialogue.pk])

    assert sign_in().get(path).status_code == 404


def test_an_agent_without_the_admin_is_sent_to_sign_in(client, alice, dialogue):
    client.force_login(alice.user)

    answer = client.get(reverse("admin:dialogues_dialogue_stream", args=[dialogue.pk]))

    assert answer.status_code == 302


def test_a_longer_stream_asks_no_more_questions(max_edits, publish, hire, dialogue):
    def questions(page):
        with CaptureQueriesContext(connection) as asked:
            page.open("card:talk")
        return len(asked)

    document = dialogue.live_stream.read()
    for response in document.start.end.responses:
        route = Route.objects.to(Method.AGENT, agent=hire(response.text))
        response.branch.cards += [MessageCard(text="Hello") for _ in range(10)]
        response.branch.end = LiveChatCard(
            id=response.branch.end.id if response.branch.end else "x", route=route.pk
        )
    longer = Page(max_edits.client, publish(document, name="Longer").dialogue)

    assert questions(longer) == questions(max_edits)
