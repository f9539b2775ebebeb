"""A marketer writes a stream in the admin, without a script."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues.document import Document, LiveChatCard, MessageCard
from dialogues.models import Dialogue, Stream
from routing.models import Method, Route

WORDS = "The live chat card must be the last card in its branch."


class Page:
    """The page as a browser without scripts would use it: every button sends every field."""

    def __init__(self, client, dialogue):
        self.client, self.path = client, reverse("admin:dialogues_dialogue_stream", args=[dialogue.pk])
        self.typed = {}
        self.open()

    def open(self):
        return self._took(self.client.get(self.path))

    def type(self, **typed):
        """Types into fields; a name is the card's id, two underscores, and the field."""
        self.typed |= {name.replace("__", "-"): value for name, value in typed.items()}
        return self

    def press(self, do):
        return self._took(self.client.post(self.path, self.fields | self.typed | {"do": do}, follow=True))

    @property
    def text(self):
        return self.answer.content.decode()

    @property
    def fields(self):
        outline = self.answer.context["outline"]
        forms = [row.form for row in outline.cards.values()]
        forms += [branch.add_form for branch in outline.branches.values()]
        sent = {"revision": self.answer.context["revision"]}
        for form in forms:
            for field in form:
                sent[field.html_name] = _value(field.value()) or _first_choice(field)
                if field.field.show_hidden_initial:
                    hidden = f'name="{field.html_initial_name}"'
                    assert hidden in self.text
                    sent[field.html_initial_name] = _value(
                        form.data.get(field.html_initial_name, field.initial)
                        if form.is_bound
                        else field.initial
                    )
        return sent

    def card(self, card_id):
        """The part of the page that is this card."""
        [part] = re.findall(
            rf'<div class="card[^>]*id="card-{card_id}".*?<div class="steps">', self.text, re.S
        )
        return part

    def _took(self, answer):
        self.answer, self.typed = answer, {}
        return self


def _value(value):
    return "" if value is None else str(value)


def _first_choice(field):
    choices = getattr(field.field, "choices", None)
    return str(choices[0][0]) if choices else ""


@pytest.fixture
def dialogue(talk_to_sales):
    """A question; below yes: name, mail, a live chat card; below no: nothing. Published as version 1."""
    return talk_to_sales.dialogue


@pytest.fixture
def max_edits(client, max, dialogue):
    client.force_login(max)
    return Page(client, dialogue)


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


# The last card


def test_a_card_below_the_live_chat_card_is_refused_next_to_it(max_edits, dialogue):
    page = max_edits.type(**{"add-yes-kind": "message", "add-yes-place": "3", "add-yes-text": "Thanks!"})

    page.press("add:yes")

    assert page.text.count(WORDS) == 1
    assert f'role="alert" id="alert-chat">{WORDS}' in " ".join(page.card("chat").split())
    assert 'aria-describedby="alert-chat' in page.card("chat")
    assert dialogue.draft is None


def test_what_was_typed_for_the_refused_card_is_kept(max_edits):
    typed = {
        "add-yes-kind": "message",
        "add-yes-place": "3",
        "add-yes-text": "Thanks!",
        "name-question": "Name?",
    }

    page = max_edits.type(**typed).press("add:yes")

    assert {name: page.fields[name] for name in typed} == typed


@pytest.mark.parametrize("do", ["down:mail", "up:chat", "down:chat"])
def test_no_card_is_moved_below_the_live_chat_card(max_edits, dialogue, do):
    page = max_edits.press(do)

    assert WORDS in page.card("chat")
    assert dialogue.draft is None


def test_a_live_chat_card_is_not_put_above_another(max_edits, dialogue):
    page = max_edits.type(**{"add-yes-kind": "live_chat", "add-yes-place": "0"}).press("add:yes")

    assert WORDS in page.text
    assert dialogue.draft is None


# Writing


def test_to_look_makes_no_draft(max_edits, dialogue):
    assert dialogue.draft is None


def test_the_first_change_makes_a_draft_and_leaves_what_visitors_see(max_edits, dialogue):
    max_edits.type(talk__text="Shall we talk?").press("save")

    assert draft_of(dialogue).card("talk").text == "Shall we talk?"
    assert dialogue.live_stream.read().card("talk").text == "Would you like to talk to someone?"


def test_every_button_saves_what_was_typed_in_every_card(max_edits, dialogue):
    max_edits.type(talk__text="Shall we talk?", name__question="Who are you?").press("up:mail")

    document = draft_of(dialogue)
    assert document.card("talk").text == "Shall we talk?"
    assert document.card("name").question == "Who are you?"
    assert [card.id for card in document.branch("yes").cards] == ["mail", "name"]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("message", "Message"),
        ("question", "Question"),
        ("capture", "Information capture"),
        ("live_chat", "Live chat"),
    ],
)
def test_each_kind_of_card_can_be_added(max_edits, dialogue, kind, shown):
    page = max_edits.type(**{"add-no-kind": kind, "add-no-text": "Hello"}).press("add:no")

    [_, card] = draft_of(dialogue).branch("no").from_card(0)
    assert card.__struct_config__.tag == kind
    assert shown in page.card(card.id)


def test_a_card_goes_before_the_live_chat_card_unless_said_otherwise(max_edits, dialogue):
    max_edits.type(**{"add-yes-text": "Nearly there"}).press("add:yes")

    assert draft_of(dialogue).branch("yes").cards[-1].text == "Nearly there"


def test_a_card_is_deleted(max_edits, dialogue):
    max_edits.press("delete:name")

    assert [card.id for card in draft_of(dialogue).branch("yes").cards] == ["mail"]


def test_a_question_takes_its_cards_along_only_when_that_is_said(max_edits, dialogue):
    page = max_edits.press("delete:talk")
    assert "say that those go too" in page.card("talk")
    assert dialogue.draft is None

    page.type(**{"with-talk": "on"}).press("delete:talk")
    assert draft_of(dialogue) == Document()


def test_a_response_that_says_something_else_keeps_its_branch(max_edits, dialogue):
    max_edits.type(talk__responses="Gladly\r\nJust looking").press("save")

    assert [card.id for card in draft_of(dialogue).branch("yes").from_card(0)] == ["name", "mail", "chat"]


def test_a_response_that_leads_to_cards_is_not_dropped(max_edits, dialogue):
    page = max_edits.type(talk__responses="Just looking").press("save")

    assert "“Yes, please” leads to cards; delete those first." in page.card("talk")
    assert page.fields["talk-responses"] == "Just looking"


def test_a_live_chat_card_is_routed_to_a_team(max_edits, dialogue, sales):
    Page(max_edits.client, dialogue).type(chat__method="team", chat__team=sales.pk).press("save")

    assert draft_of(dialogue).card("chat").route == Route.objects.get(method=Method.TEAM, team=sales).pk


def test_a_route_to_an_agent_needs_the_agent(max_edits, dialogue):
    page = max_edits.type(chat__method="agent", chat__connecting="Wait…").press("save")

    assert "Choose the agent." in page.card("chat")
    assert page.fields["chat-connecting"] == "Wait…"
    assert dialogue.draft is None


def test_only_what_exists_can_be_named(max_edits, dialogue):
    page = max_edits.type(chat__method="agent", chat__agent="999", mail__attribute="shoe_size").press("save")

    assert page.text.count("Select a valid choice") == 2
    assert dialogue.draft is None


def test_a_deactivated_agent_is_marked(alice, bob, max_edits, dialogue):
    alice.user.is_active = False
    alice.user.save()
    bob.user.user_permissions.clear()

    page = max_edits.open()

    assert "Alice (deactivated)" in page.card("chat")
    assert "Bob (without the permission Live Chat)" in page.card("chat")


def test_what_is_longer_than_a_message_can_be_is_refused(max_edits, dialogue):
    max_edits.type(chat__connecting="x" * 4001, talk__responses="y" * 251).press("save")

    assert "at most 4000 characters" in max_edits.text
    assert "A response has at most 250 characters." in max_edits.text


def test_html_in_a_card_stays_text(max_edits):
    page = max_edits.type(talk__text="<script>alert(1)</script>").press("save")

    assert "<script>alert(1)" not in page.text


@pytest.mark.parametrize("do", ["", "explode", "up:nothing", "add:nothing", "delete:"])
def test_a_button_that_does_not_exist_changes_nothing(max_edits, dialogue, do):
    assert (
        max_edits.client.post(
            max_edits.path, {"do": do, "revision": max_edits.answer.context["revision"]}
        ).status_code
        == 404
    )
    assert dialogue.draft is None


def test_a_card_that_is_not_in_what_was_sent_stays_as_it_is(max_edits, dialogue):
    max_edits.client.post(max_edits.path, {"do": "up:mail", "revision": max_edits.answer.context["revision"]})

    assert draft_of(dialogue).card("talk").text == "Would you like to talk to someone?"


# Publishing


def test_max_publishes_and_the_version_bears_his_name(max_edits, dialogue):
    page = max_edits.type(talk__text="Shall we talk?").press("save").press("publish")

    live = dialogue.live_stream
    assert (live.number, live.published_by.username) == (2, "max")
    assert live.read().card("talk").text == "Shall we talk?"
    assert "Published: the next visitor sees this version." in page.text
    assert re.search(
        r"Version 2</a>,\s*published 10 June 2026, 12:0\d\s*by max\s*<strong>live</strong>", page.text
    )


def test_a_draft_with_faults_is_saved_and_not_published(max_edits, dialogue):
    page = max_edits.press("save").type(talk__text="", name__question="").press("publish")

    assert dialogue.live_stream.number == 1
    assert draft_of(dialogue).card("talk").text == ""
    assert "2 problems stop publishing" in " ".join(page.text.split())
    assert '<a href="#card-talk">Write what this card says.</a>' in page.text
    assert 'id="faults-talk"' in page.card("talk")


def test_an_empty_dialogue_says_what_is_missing(client, max):
    client.force_login(max)
    page = Page(client, Dialogue.objects.create(name="New"))

    page.press("save")

    assert "Add a card: an empty stream says nothing." in page.text


def test_what_visitors_see_already_is_not_published_again(max_edits, dialogue):
    page = max_edits.press("save").press("publish")

    assert "Visitors see exactly this already." in page.text
    assert dialogue.streams.published().count() == 1


def test_max_discards_the_draft(max_edits, dialogue):
    max_edits.type(talk__text="Shall we talk?").press("save")

    page = max_edits.press("discard")

    assert dialogue.draft is None
    assert page.fields["talk-text"] == "Would you like to talk to someone?"


def test_a_published_version_is_read_and_not_written(max_edits, dialogue):
    answer = max_edits.client.get(reverse("admin:dialogues_dialogue_version", args=[dialogue.pk, 1]))

    page = answer.content.decode()
    assert "Would you like to talk to someone?" in page
    assert "It never changes." in page
    assert 'name="do"' not in page


def test_a_version_that_does_not_exist_is_not_found(max_edits, dialogue):
    path = reverse("admin:dialogues_dialogue_version", args=[dialogue.pk, 2])

    assert max_edits.client.get(path).status_code == 404


# Two at once


@pytest.fixture
def may_edits(dialogue, max_edits):
    """May opened the page when Max did."""
    return Page(max_edits.client, dialogue)


def test_who_comes_second_is_told_and_changes_nothing(max_edits, may_edits, dialogue):
    max_edits.type(talk__text="Shall we talk?").press("save")

    page = may_edits.type(name__question="Who are you?").press("save")

    assert page.answer.status_code == 409
    assert "Somebody else has changed this draft meanwhile" in page.text
    assert draft_of(dialogue).card("name").question == "What is your first name?"


def test_nothing_of_either_is_lost(max_edits, may_edits, dialogue):
    max_edits.type(talk__text="Shall we talk?").press("save")
    page = may_edits.type(name__question="Who are you?").press("save")

    page.press("save")

    document = draft_of(dialogue)
    assert document.card("talk").text == "Shall we talk?"
    assert document.card("name").question == "Who are you?"


def test_where_both_wrote_both_are_shown(max_edits, may_edits):
    max_edits.type(talk__text="Shall we talk?").press("save")

    page = may_edits.type(talk__text="A word?").press("save")

    assert page.fields["talk-text"] == "A word?"
    assert "Somebody else has changed “Question” meanwhile, to:" in page.card("talk")
    assert "<pre>Shall we talk?</pre>" in page.card("talk")


def test_what_was_typed_into_a_card_that_is_gone_is_shown(max_edits, may_edits):
    max_edits.press("delete:name")

    page = may_edits.type(name__question="Who are you?").press("save")

    assert "The card that you wrote this in is gone:" in page.text
    assert "<pre>Who are you?</pre>" in page.text


def test_a_third_change_meanwhile_loses_nothing_either(max_edits, may_edits, dialogue):
    max_edits.type(talk__text="Shall we talk?").press("save")
    may_edits.type(name__question="Who are you?", **{"add-no-text": "Bye"}).press("save")
    max_edits.type(talk__text="Shall we?").press("save")

    page = may_edits.press("save")

    assert page.answer.status_code == 409
    assert page.fields["name-question"] == "Who are you?"
    assert page.fields["talk-text"] == "Shall we?"
    assert page.fields["add-no-text"] == "Bye"


@pytest.mark.parametrize("do", ["publish", "discard"])
def test_nobody_publishes_or_discards_what_they_have_not_seen(max_edits, may_edits, dialogue, do):
    max_edits.type(talk__text="Shall we talk?").press("save")

    page = may_edits.press(do)

    assert page.answer.status_code == 409
    assert draft_of(dialogue).card("talk").text == "Shall we talk?"


# Who may


def test_who_may_only_view_reads_and_changes_nothing(sign_in, dialogue):
    page = Page(sign_in("view_dialogue"), dialogue)

    assert "Would you like to talk to someone?" in page.text
    assert 'name="do"' not in page.text
    assert page.client.post(page.path, {"do": "save"}).status_code == 403


def test_who_may_change_writes_drafts_and_publishes_nothing(sign_in, dialogue):
    page = Page(sign_in("view_dialogue", "change_dialogue"), dialogue)

    page.type(talk__text="Shall we talk?").press("save")

    assert draft_of(dialogue).card("talk").text == "Shall we talk?"
    assert 'value="publish"' not in page.text
    sent = page.fields | {"do": "publish"}
    assert page.client.post(page.path, sent).status_code == 403
    assert dialogue.live_stream.number == 1


def test_who_may_publish_streams_publishes(sign_in, dialogue):
    page = Page(sign_in("view_dialogue", "change_dialogue", "publish_stream"), dialogue)

    page.type(talk__text="Shall we talk?").press("save").press("publish")

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
            page.open()
        return len(asked)

    document = dialogue.live_stream.read()
    for response in document.start.end.responses:
        route = Route.objects.to(Method.AGENT, agent=hire(response.text))
        response.branch.cards += [MessageCard(text="Hello") for _ in range(10)]
        response.branch.end = LiveChatCard(route=route.pk)
    longer = Page(max_edits.client, publish(document, name="Longer").dialogue)

    assert questions(longer) == questions(max_edits)


def test_streams_hold_on_to_the_teams_they_name(max_edits, dialogue, sales):
    Page(max_edits.client, dialogue).type(chat__method="team", chat__team=sales.pk).press("save")

    assert Stream.objects.get(published_at=None).routes.get().team == sales
