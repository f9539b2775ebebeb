"""A marketer adds, writes, moves and deletes cards in the admin, without a script."""

import pytest
from django.urls import reverse

from dialogues.document import Document
from routing.models import Method, Route
from tests.dialogues.stream_page import Page

WORDS = "The live chat card must be the last card in its branch."


def draft_of(dialogue):
    return dialogue.draft.read()


def ids(dialogue, opener):
    return [card.id for card in draft_of(dialogue).branch(opener).from_card(0)]


# The last card


def test_a_card_below_the_live_chat_card_is_refused_next_to_it(max_edits, dialogue):
    page = max_edits.press("new:message:yes:3")

    assert f'role="alert" id="alert-chat">{WORDS}' in page.card("chat")
    assert 'aria-describedby="said-chat"' in page.card("chat")
    assert dialogue.draft is None


@pytest.mark.parametrize("do", ["down:mail", "up:chat", "down:chat"])
def test_no_card_is_moved_below_the_live_chat_card(max_edits, dialogue, do):
    page = max_edits.press(do)

    assert WORDS in page.card("chat")
    assert dialogue.draft is None


@pytest.mark.parametrize(
    ("do", "to"), [("move:name", "yes:2"), ("move:chat", "yes:0"), ("copy-to:name", "yes:3")]
)
def test_nothing_is_put_below_the_live_chat_card_by_naming_its_place(max_edits, dialogue, do, to):
    page = max_edits.type(to=to).press(do)

    assert WORDS in page.card("chat")
    assert dialogue.draft is None


def test_a_live_chat_card_is_not_put_above_another(max_edits, dialogue):
    page = max_edits.press("new:live_chat:yes:0")

    assert WORDS in page.text
    assert dialogue.draft is None


def test_what_was_typed_is_kept_when_a_step_is_refused(max_edits, dialogue):
    page = max_edits.choose("name").type(name__question="Name?").press("new:message:yes:3")

    assert page.fields["name-question"] == "Name?"
    assert dialogue.draft is None


# Writing


def test_to_look_makes_no_draft(max_edits, dialogue):
    max_edits.choose("name").press("branch:no").press("place:no:0")

    assert dialogue.draft is None


def test_the_first_change_makes_a_draft_and_leaves_what_visitors_see(max_edits, dialogue):
    max_edits.choose("talk").type(talk__text="Shall we talk?").press("save")

    assert draft_of(dialogue).card("talk").text == "Shall we talk?"
    assert dialogue.live_stream.read().card("talk").text == "Would you like to talk to someone?"


@pytest.mark.parametrize("do", ["card:name", "up:mail", "new:message:no:0", "branch:yes", "copy:mail"])
def test_every_button_saves_what_was_typed(max_edits, dialogue, do):
    max_edits.choose("talk").type(talk__text="Shall we talk?").press(do)

    assert draft_of(dialogue).card("talk").text == "Shall we talk?"


def test_a_card_that_is_not_in_what_was_sent_stays_as_it_is(max_edits, dialogue):
    max_edits.client.post(max_edits.path, {"do": "up:mail", "revision": max_edits.answer.context["revision"]})

    assert draft_of(dialogue).card("talk").text == "Would you like to talk to someone?"


def test_what_was_typed_into_a_card_that_goes_need_not_make_sense(max_edits, dialogue):
    max_edits.choose("chat").type(chat__method="agent", chat__agent="999").press("delete:chat")

    assert ids(dialogue, "yes") == ["name", "mail"]


# Cards


@pytest.mark.parametrize(
    "kind",
    [
        "message",
        "question",
        "document",
        "capture",
        "meeting",
        "goal",
        "action",
        "conditional",
        "flow",
        "live_chat",
    ],
)
def test_each_kind_of_card_can_be_added(max_edits, dialogue, kind):
    page = max_edits.press(f"new:{kind}:no:1")

    _, card = draft_of(dialogue).branch("no").from_card(0)
    assert card.__struct_config__.tag == kind
    assert page.chosen == f"card:{card.id}"
    assert page.answer.context["kinds"][kind][1] in page.card(card.id)


def test_a_card_that_does_not_exist_is_not_added(max_edits, dialogue):
    assert max_edits.press("new:poem:no:0").answer.status_code == 404
    assert dialogue.draft is None


@pytest.mark.parametrize(
    ("chosen", "place"),
    [
        ("", "yes:2"),
        ("card:name", "yes:1"),
        ("card:chat", "yes:2"),
        ("card:talk", "yes:2"),
        ("branch:no", "no:1"),
        ("place:yes:0", "yes:0"),
        ("card:gone", "yes:2"),
        ("place:gone:0", "yes:2"),
        ("place:yes:x", "yes:2"),
        ("nonsense", "yes:2"),
    ],
)
def test_the_palette_adds_where_one_stands_and_before_the_live_chat_card(max_edits, chosen, place):
    page = max_edits.open(chosen)

    assert f'value="new:message:{place}"' in page.text


def test_where_no_card_stands_yet_one_is_chosen_for_that_place(max_edits, dialogue):
    page = max_edits.press("place:no:1")
    assert page.side.count('value="new:') == 10

    page.press("new:message:no:1")
    assert len(ids(dialogue, "no")) == 2


def test_a_card_is_deleted(max_edits, dialogue):
    page = max_edits.choose("name").press("delete:name")

    assert ids(dialogue, "yes") == ["mail", "chat"]
    assert page.chosen == "branch:yes"


def test_a_question_takes_its_cards_along_only_when_that_is_said(max_edits, dialogue):
    page = max_edits.choose("talk").press("delete:talk")
    assert "say that those go too" in page.card("talk")
    assert dialogue.draft is None

    page.type(**{"with-talk": "on"}).press("delete:talk")
    assert draft_of(dialogue) == Document()


def test_a_card_is_moved_to_another_branch(max_edits, dialogue):
    page = max_edits.choose("name").type(to="no:0").press("move:name")

    assert ids(dialogue, "yes") == ["mail", "chat"]
    assert ids(dialogue, "no") == ["name", "bye"]
    assert "Information capture moved to branch Just looking, place 1." in page.text


def test_only_places_that_are_free_are_offered(max_edits):
    page = max_edits.choose("chat")

    offered = [value for _, places in page.answer.context["side"].places for value, _ in places]
    assert offered == [":0", "yes:0", "yes:1", "yes:2", "no:0", "no:1"]
    page = max_edits.choose("talk")
    offered = [value for _, places in page.answer.context["side"].places for value, _ in places]
    assert offered == [":0"]


def test_a_card_is_duplicated(max_edits, dialogue):
    page = max_edits.choose("name").press("copy:name")

    name, copy, *_ = draft_of(dialogue).branch("yes").cards
    assert (name.question, name.id != copy.id) == (copy.question, True)
    assert page.chosen == f"card:{copy.id}"


def test_a_live_chat_card_is_duplicated_to_another_branch(max_edits, dialogue):
    page = max_edits.choose("chat").press("copy:chat")
    assert "choose the place where the copy goes" in page.card("chat")

    page.type(to="no:1").press("copy-to:chat")
    assert draft_of(dialogue).branch("no").end.route == draft_of(dialogue).card("chat").route


def test_a_branch_is_duplicated_and_deleted(max_edits, dialogue):
    page = max_edits.press("branch:yes").press("copy-branch:yes")
    opener = page.chosen.removeprefix("branch:")
    assert len(ids(dialogue, opener)) == 3
    assert "Yes, please (2)" in page.text

    page = page.press(f"delete-branch:{opener}")
    assert "say that those go too" in page.card("talk")
    page.type(**{f"with-{opener}": "on"}).press(f"delete-branch:{opener}")
    assert [response.id for response in draft_of(dialogue).card("talk").responses] == ["yes", "no"]


@pytest.mark.parametrize(
    "do",
    [
        "",
        "explode",
        "up:nothing",
        "add:nothing",
        "delete:",
        "new:message",
        "new:message:nowhere:0",
        "move:name",
        "card:gone",
        "branch:gone",
        "place:gone:0",
        "copy-branch:",
        "delete-branch:gone",
        "undo",
        "redo",
        "ask:shoe_size:chat",
    ],
)
def test_a_button_that_does_not_exist_changes_nothing(max_edits, dialogue, do):
    sent = {"do": do, "revision": max_edits.answer.context["revision"]}

    assert max_edits.client.post(max_edits.path, sent).status_code == 404
    assert dialogue.draft is None


# Fields


def test_a_response_that_says_something_else_keeps_its_branch(max_edits, dialogue):
    max_edits.choose("talk").type(**{"talk-response-yes-text": "Gladly"}).press("save")

    assert ids(dialogue, "yes") == ["name", "mail", "chat"]


def test_a_response_that_leads_to_cards_is_not_dropped(max_edits):
    page = max_edits.choose("talk").type(**{"talk-response-yes-text": ""}).press("save")

    assert "“Yes, please” leads to cards; delete those first." in page.card("talk")
    assert page.fields["talk-response-no-text"] == "Just looking"


def test_a_live_chat_card_is_routed_to_a_team(max_edits, dialogue, sales):
    Page(max_edits.client, dialogue, chosen="card:chat").type(chat__method="team", chat__team=sales.pk).press(
        "save"
    )

    route = Route.objects.get(method=Method.TEAM, team=sales)
    assert draft_of(dialogue).card("chat").route == route.pk
    assert dialogue.draft.routes.get() == route
    assert "Round robin in team “Sales”" in Page(max_edits.client, dialogue).card("chat")


def test_a_route_to_an_agent_needs_the_agent(max_edits, dialogue):
    page = max_edits.choose("chat").type(chat__method="agent", chat__connecting="Wait…").press("save")

    assert "Choose the agent." in page.side
    assert page.fields["chat-connecting"] == "Wait…"
    assert dialogue.draft is None


def test_only_what_exists_can_be_named(max_edits, dialogue):
    page = max_edits.choose("chat").type(chat__method="agent", chat__agent="999").press("save")
    assert "Select a valid choice" in page.side

    page = page.open("card:mail").type(mail__attribute="shoe_size").press("save")
    assert "Select a valid choice" in page.side
    assert dialogue.draft is None


def test_a_deactivated_agent_is_marked(alice, bob, max_edits):
    alice.user.is_active = False
    alice.user.save()
    bob.user.user_permissions.clear()

    page = max_edits.open("card:chat")

    assert "Alice (deactivated)" in page.side
    assert "Bob (without the permission Live Chat)" in page.side


def test_what_is_longer_than_a_message_can_be_is_refused(max_edits):
    assert (
        "at most 4000 characters"
        in max_edits.choose("chat").type(chat__connecting="x" * 4001).press("save").side
    )
    page = max_edits.open("card:talk").type(**{"talk-response-yes-text": "y" * 251}).press("save")
    assert "at most 250 characters" in page.side


def test_html_in_a_card_stays_text(max_edits):
    page = max_edits.choose("talk").type(talk__text="<script>alert(1)</script>").press("save")

    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert(1)" not in page.text


def test_a_card_is_chosen_by_its_address(max_edits):
    assert 'name="name-question"' in max_edits.open("card:name").side
    assert "No card is chosen" in max_edits.open("card:gone").side


def test_a_version_that_does_not_exist_is_not_found(max_edits, dialogue):
    path = reverse("admin:dialogues_dialogue_version", args=[dialogue.pk, 2])

    assert max_edits.client.get(path).status_code == 404
