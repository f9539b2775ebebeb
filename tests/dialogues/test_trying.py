"""Max tries the routing before visitors meet it."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from dialogues.models import Attribute, Stream
from routing.models import Agent, FallbackMessage, FallbackText, LiveChat, Offer
from tests.inbox.conftest import words_of

PAGE = "/admin/routing/try/"
STRANGE = ["<b>Al</b>", "\u202eecilA"]


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def tried(as_max):
    """What the page says after this was filled in."""

    def tried(card="round-robin", **fields):
        answer = as_max.post(f"{PAGE}?card={card}", {"others": ""} | fields)
        assert answer.status_code == 200
        return words_of(answer)

    return tried


def card_of(stream):
    return f"{stream.pk}-chat"


def test_first_a_card_is_chosen(as_max, talk_to_sales, sales):
    Stream.draft_of(talk_to_sales.dialogue)

    page = words_of(as_max.get(PAGE))

    assert "Pricing (version 1): round robin Pricing (draft): round robin" in page
    assert "round robin custom rules round robin in team “Sales”" in page
    assert "The visitor" not in page


def test_then_the_visitor_the_moment_and_the_agents_are_filled_in(as_max, talk_to_sales, alice, bob):
    page = words_of(as_max.get(f"{PAGE}?card={card_of(talk_to_sales)}"))

    for label in ("Email", "First name", "Page", "Referrer", "Language", "Country", "When (UTC)"):
        assert f" {label} " in page
    assert "Set agents by hand In turn" in page
    assert "What would happen" not in page


def test_who_would_be_asked_first_and_next_and_what_is_read(tried, workspace, alice, bob):
    workspace.round_robin_tries = 2
    workspace.save()

    page = tried()

    assert "Asked first: Alice If they miss it: Bob If nobody accepts, the visitor reads:" in page
    assert "Nobody is free right now." in page
    assert "Alice did not accept within 100 seconds." in page


def test_states_by_hand_are_folded_until_one_is_set(as_max, alice):
    folded = '<details class="agents" >'
    assert folded in as_max.get(f"{PAGE}?card=round-robin").content.decode()

    page = as_max.post(f"{PAGE}?card=round-robin", {"others": "", f"chats-{alice.pk}": "0"}).content.decode()

    assert folded not in page


def test_states_by_hand_and_chats_are_gone_by(tried, alice, bob, carol):
    page = tried(**{f"hand-{alice.pk}": "away", f"chats-{bob.pk}": "10"})

    assert "Asked first: Carol" in page
    assert "Alice was not asked: away." in page
    assert "Bob was not asked: has 10 of 10 chats." in page


def test_a_state_for_everybody_holds_for_who_has_none_of_their_own(tried, alice, bob):
    page = tried(others="away", **{f"hand-{bob.pk}": "available", f"chats-{alice.pk}": "1"})

    assert "Asked first: Bob" in page
    assert "Alice was not asked: away." in page


def test_a_card_brings_the_fallback_message_of_its_dialogue(tried, talk_to_sales):
    message = FallbackMessage.objects.create(name="Closed")
    FallbackText.objects.create(message=message, html="<p>Closed</p>")
    FallbackText.objects.create(message=message, language="nl", html="<p>Gesloten</p>")
    talk_to_sales.dialogue.fallback_message = message
    talk_to_sales.dialogue.save()

    page = tried(card_of(talk_to_sales), **{"known-language": "nl-BE"})

    assert "Nobody would be asked: Nobody could be asked." in page
    assert "The visitor reads: Gesloten" in page
    assert "It is “Closed”, which the dialogue names, for nl." in page


def test_the_moment_is_read_as_utc_and_told_as_such(tried, alice):
    assert "12 Jun 2026, 09:30:00 UTC A live chat was requested" in tried(moment="2026-06-12T09:30")


def test_what_was_filled_in_stays(as_max, alice):
    fields = {
        "others": "away",
        "known-email": "v@kern.example",
        f"chats-{alice.pk}": "3",
        "moment": "2026-06-12T09:30",
    }

    page = as_max.post(f"{PAGE}?card=round-robin", fields).content.decode()

    assert 'value="v@kern.example"' in page
    assert 'value="2026-06-12T09:30"' in page
    assert '<option value="away" selected>' in page
    assert 'value="3"' in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"moment": "soon"},
        {"moment": "9999-12-31T23:59"},
        {"moment": "0001-01-01T00:00"},
        {"others": "asleep"},
        {"known-email": "x" * 2001},
    ],
)
def test_what_makes_no_sense_is_refused_and_said(tried, alice, wrong):
    page = tried(**wrong)

    assert "See what is wrong below." in page
    assert "What would happen" not in page


@pytest.mark.parametrize("chats", ["-1", "11", "many"])
def test_nobody_can_have_such_a_number_of_chats(tried, alice, chats):
    assert "See what is wrong below." in tried(**{f"chats-{alice.pk}": chats})


def test_nothing_of_it_is_kept(tried, talk_to_sales, alice):
    before = list(Agent.objects.values())

    tried(card_of(talk_to_sales), others="available", **{f"chats-{alice.pk}": "3"})

    assert list(Agent.objects.values()) == before
    assert not LiveChat.objects.exists()
    assert not Offer.objects.exists()


def test_of_many_agents_the_first_in_turn_are_set_by_hand_and_others_are_found_by_name(as_max, hire):
    for n in range(55):
        hire(f"A{n:02}")

    page = words_of(as_max.get(f"{PAGE}?card=round-robin"))
    assert "The first 50 of 55, in turn" in page
    assert "A49" in page
    assert "A50" not in page

    found = words_of(as_max.get(f"{PAGE}?card=round-robin&find=a53"))
    assert "A53" in found
    assert "A01" not in found
    assert "No agent is called “ zoe ”." in words_of(as_max.get(f"{PAGE}?card=round-robin&find=zoe"))


def test_who_may_be_asked_besides_the_option_is_in_the_form_too(as_max, sales, alice, carol, workspace):
    assert "Carol" not in words_of(as_max.get(f"{PAGE}?card=team-{sales.pk}"))

    workspace.overflow = True
    workspace.save()

    assert "Carol" in words_of(as_max.get(f"{PAGE}?card=team-{sales.pk}"))


def test_an_option_without_agents_says_where_to_look(as_max, db):
    page = words_of(as_max.get(f"{PAGE}?card=custom-rules"))

    assert "This option leads to no agent yet. See who is next" in page


@pytest.mark.parametrize("card", ["1-nothing", "team-9", "x" * 500])
def test_a_card_that_does_not_exist_is_not_found(as_max, card):
    assert as_max.get(f"{PAGE}?card={card}").status_code == 404


@pytest.mark.parametrize("name", STRANGE)
def test_strange_names_and_values_are_only_text(as_max, alice, sales, name):
    Agent.objects.filter(pk=alice.pk).update(name=name)
    Attribute.objects.create(name="company", label=name)

    page = as_max.post(f"{PAGE}?card=team-{sales.pk}", {"known-company": name, "others": ""}).content.decode()

    assert "Asked first" in page
    assert "<b>Al</b>" not in page
    assert "\u202e" not in page.split('<ol class="trace">')[1]


def test_a_form_from_another_site_is_refused(max):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(max)

    assert browser.post(f"{PAGE}?card=round-robin", {"others": ""}).status_code == 403


def test_a_manager_is_let_in_and_an_agent_is_not(client, alice):
    may = User.objects.create(username="may")
    may.user_permissions.add(Permission.objects.get(codename="manage_workspace"))
    client.force_login(may)
    assert client.get(PAGE).status_code == 200

    User.objects.filter(pk=alice.user_id).update(is_staff=True)
    client.force_login(alice.user)
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}?card=round-robin", {"others": ""}).status_code == 403
