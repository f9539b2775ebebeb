"""Two people write one draft: neither loses work, and they see each other."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.dialogues.stream_page import Page


def draft_of(dialogue):
    return dialogue.draft.read()


@pytest.fixture
def may_edits(dialogue, max_edits):
    """May opened the page when Max did, and chose the first question."""
    client = Client()
    client.force_login(User.objects.create_superuser("may", first_name="May"))
    return Page(client, dialogue, chosen="card:talk")


@pytest.fixture
def look_around(dialogue):
    """What an open page asks every ten seconds."""

    def look_around(page, **sent):
        sent = page.fields | {"do": "here"} | sent
        return page.client.post(page.path, sent, headers={"HX-Request": "true"})

    return look_around


def test_who_comes_second_is_told_and_changes_nothing(max_edits, may_edits, dialogue):
    max_edits.open("card:name").type(name__question="Your name?").press("save")

    page = may_edits.type(talk__text="Shall we talk?").press("save")

    assert page.answer.status_code == 409
    assert "Somebody else has changed this draft meanwhile" in page.text
    assert draft_of(dialogue).card("talk").text == "Would you like to talk to someone?"


def test_nothing_of_either_is_lost(max_edits, may_edits, dialogue):
    max_edits.open("card:name").type(name__question="Your name?").press("save")
    page = may_edits.type(talk__text="Shall we talk?").press("save")

    page.press("save")

    document = draft_of(dialogue)
    assert document.card("talk").text == "Shall we talk?"
    assert document.card("name").question == "Your name?"


def test_where_both_wrote_both_are_shown(max_edits, may_edits):
    max_edits.open("card:talk").type(talk__text="Shall we talk?").press("save")

    page = may_edits.type(talk__text="A word?").press("save")

    assert page.fields["talk-text"] == "A word?"
    assert "Somebody else has changed “Question” meanwhile, to:" in page.side
    assert "<pre>Shall we talk?</pre>" in page.side


def test_what_was_typed_into_a_card_that_is_gone_is_shown(max_edits, may_edits):
    may_edits.choose("name")
    max_edits.press("delete:name")

    page = may_edits.type(name__question="Who are you?").press("save")

    assert "The card that you wrote this in is gone:" in page.text
    assert "<pre>Who are you?</pre>" in page.text


def test_a_third_change_meanwhile_loses_nothing_either(max_edits, may_edits):
    max_edits.open("card:talk").type(**{"talk-response-yes-text": "Gladly"}).press("save")
    may_edits.type(talk__text="A word?").press("save")
    max_edits.type(**{"talk-response-yes-text": "Sure"}).press("save")

    page = may_edits.press("save")

    assert page.answer.status_code == 409
    assert page.fields["talk-text"] == "A word?"
    assert page.fields["talk-response-yes-text"] == "Sure"


def test_a_response_that_was_added_here_is_not_lost(max_edits, may_edits, dialogue):
    max_edits.open("card:name").type(name__question="Your name?").press("save")
    typed = {"talk-response-new-text": "Maybe", "initial-talk-response-new-text": ""}

    page = may_edits.type(**typed).press("save")
    assert 'value="Maybe"' in page.side

    page.type(**typed).press("save")
    assert [each.text for each in draft_of(dialogue).card("talk").responses][-1] == "Maybe"


def test_a_response_that_is_gone_stays_gone(max_edits, may_edits, dialogue):
    max_edits.press("branch:no").type(**{"with-no": "on"}).press("delete-branch:no")

    may_edits.type(talk__text="Shall we talk?").press("save").press("save")

    [response] = draft_of(dialogue).card("talk").responses
    assert response.id == "yes"


def test_a_tick_taken_away_is_not_lost(max_edits, may_edits, dialogue):
    max_edits.open("card:name").type(name__question="Your name?").press("save")
    sent = {name: value for name, value in may_edits.fields.items() if name != "talk-poke"}

    page = may_edits._took(may_edits.client.post(may_edits.path, sent | {"do": "save"}))
    assert page.answer.status_code == 409

    page.press("save")
    assert draft_of(dialogue).card("talk").poke is False


@pytest.mark.parametrize("do", ["publish", "discard", "undo", "delete:name"])
def test_nobody_publishes_discards_or_undoes_what_they_have_not_seen(max_edits, may_edits, dialogue, do):
    max_edits.open("card:talk").type(talk__text="Shall we talk?").press("save")

    page = may_edits.press(do)

    assert page.answer.status_code == 409
    assert draft_of(dialogue).card("talk").text == "Shall we talk?"


# Seeing each other


def test_who_has_the_page_open_is_seen_by_the_others(max_edits, may_edits, look_around):
    assert "here too" not in look_around(may_edits).content.decode()

    answer = " ".join(look_around(max_edits).content.decode().split())

    assert "May is here too" in answer
    assert "max" not in answer
    assert "May is here too" in " ".join(max_edits.open().text.split())


def test_who_has_left_is_seen_no_longer(max_edits, may_edits, look_around, clock):
    look_around(may_edits)

    clock.move(seconds=31)

    assert "here too" not in look_around(max_edits).content.decode()


def test_a_step_shows_on_the_other_s_page(max_edits, may_edits, look_around):
    max_edits.press("delete:name")

    answer = look_around(may_edits)

    assert 'id="card-name"' not in answer.content.decode()
    assert answer.context["revision"] == max_edits.answer.context["revision"]


def test_while_may_types_her_page_stays_as_it_is_and_says_so(max_edits, may_edits, look_around):
    max_edits.press("delete:name")

    answer = look_around(may_edits, typed="1").content.decode()

    assert "The draft has changed meanwhile" in answer
    assert 'id="designer-tree"' not in answer


def test_to_look_around_makes_no_draft(max_edits, dialogue, look_around):
    assert 'id="designer-tree"' not in look_around(max_edits).content.decode()
    assert dialogue.draft is None


# With scripts


def test_with_scripts_a_step_is_answered_by_the_parts_that_change(max_edits, dialogue):
    sent = max_edits.fields | {"do": "move:name", "to": "no:0"}

    answer = max_edits.client.post(max_edits.path, sent, headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert page.count('hx-swap-oob="') == 12
    assert "Information capture moved to branch Just looking, place 1." in page
    assert [card.id for card in draft_of(dialogue).branch("no").cards] == ["name", "bye"]


@pytest.mark.parametrize("do", ["card:name", "branch:no", "place:no:0"])
def test_to_choose_draws_no_card_anew_unless_something_was_typed(max_edits, do):
    max_edits.open("card:talk")
    sent, htmx = max_edits.fields | {"do": do}, {"HX-Request": "true"}

    assert 'id="designer-tree"' not in max_edits.client.post(max_edits.path, sent, headers=htmx).text
    sent["talk-text"] = "Shall we talk?"
    assert 'id="designer-tree"' in max_edits.client.post(max_edits.path, sent, headers=htmx).text
