"""Max sees who would be asked next by each routing option, right now."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dialogues.models import Stream
from routing.models import Account, Agent, CustomRule, Method, Route, Team
from tests.inbox.conftest import words_of

PAGE = "/admin/routing/who-is-next/"


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def seen(as_max):
    def seen(query=""):
        answer = as_max.get(PAGE + query)
        assert answer.status_code == 200
        return words_of(answer)

    return seen


def pool(words, name):
    """What is said below this heading."""
    return words.split(f" {name} ", 1)[1]


def test_who_was_asked_longest_ago_is_next(seen, alice, bob, carol, requested):
    requested()

    words = pool(seen(), "Round robin")

    assert words.startswith("Next: Bob .")
    assert re.search(r"1 Bob 0 of 10 .* 2 Carol 0 of 10 .* 3 Alice 1 of 10", words)


def test_what_the_page_says_is_what_happens(seen, alice, bob, carol, requested):
    alice.switch(available=False)
    assert pool(seen(), "Round robin").startswith("Next: Bob .")

    assert requested().live_chat.offers.get().agent == bob


def test_who_is_passed_over_comes_last_with_the_reason(seen, alice, bob, hire):
    alice.switch(available=False)
    hire("Dan", here=False)

    words = pool(seen(), "Round robin")

    assert words.startswith("Next: Bob . Passed over: 1 away, 1 without an open page or alerts.")
    assert re.search(r"\S Alice 0 of 10 Away", words)
    assert "Dan 0 of 10 Away: no open page and no alerts never" in words


def test_who_is_available_and_full_is_passed_over_too(seen, requested, hire):
    hire("Dan", chat_limit=1)
    requested()

    words = pool(seen(), "Round robin")

    assert words.startswith("Nobody can be asked now: 1 full.")
    assert re.search(r"Dan 1 of 1 Available until .* Passed over: has as many chats as allowed", words)


def test_each_option_in_use_has_its_own_pool(seen, sales, alice, carol, workspace, talk_to_sales):
    Team.objects.create(name="Nobody yet")
    rule = CustomRule.objects.create(name="Dutch")
    rule.agents.add(carol)
    Account.objects.create(company="Kern", domain="kern.example", agent=alice)
    workspace.account_routing = True
    workspace.save()
    document = talk_to_sales.read()
    document.card("chat").route = Route.objects.to(Method.AGENT, agent=carol).pk
    Stream.draft_of(talk_to_sales.dialogue).write(document)

    words = seen()

    assert pool(words, "Account routing").startswith("Visitors of a company go to its owner. Next: Alice .")
    assert pool(words, "Team “Sales”").startswith("Next: Alice .")
    assert pool(words, "Team “Nobody yet”").startswith("Nobody is here. Add agents to Team “Nobody yet”")
    assert pool(words, "Custom rule “Dutch”").startswith("Next: Carol .")
    assert pool(words, "Agent “Carol”").startswith("Next: Carol .")


def test_times_name_the_agent_s_zone(seen, hire):
    hire("Dan", time_zone="Asia/Tokyo")

    assert "Dan 0 of 10 Available until midnight (Asia/Tokyo)" in seen()


def test_an_agent_whom_no_card_names_any_more_has_no_pool(seen, carol):
    Route.objects.to(Method.AGENT, agent=carol)

    assert "Agent “Carol”" not in seen()


def test_select_has_no_teams(seen, sales, select):
    assert pool(seen(), "Team “Sales”").startswith("The Select plan has no teams.")


def test_without_agents_teams_and_rules_it_says_where_they_are_made(seen, db):
    words = seen()

    assert pool(words, "Round robin").startswith("Nobody is here. Add an agent")
    assert "There are no teams yet. Add a team" in words
    assert "There are no custom rules yet. Add a custom rule" in words


def test_nobody_who_can_be_asked_is_said(seen, alice):
    alice.switch(available=False)

    assert "Nobody can be asked now: 1 away." in seen()


def test_a_long_pool_is_folded_and_read_page_by_page(seen, as_max, hire):
    for n in range(105):
        hire(f"A{n:03}")

    first = seen()
    assert "A009" in first
    assert "A010" not in first
    assert "And 95 more" in first

    assert "A099" in seen("?option=round-robin")
    assert "A100" not in seen("?option=round-robin")
    assert "A104" in seen("?option=round-robin&page=2")
    assert "101 to 105 of 105" in seen("?option=round-robin&page=2")


def test_an_option_that_does_not_exist_is_not_found(as_max):
    assert as_max.get(f"{PAGE}?option=team-9").status_code == 404


def test_reading_it_changes_and_locks_nothing(as_max, alice, sales):
    before = list(Agent.objects.values())

    with CaptureQueriesContext(connection) as questions:
        as_max.get(PAGE)

    assert not [
        each for each in questions if re.match(r"UPDATE|INSERT|DELETE|.*FOR (NO KEY )?UPDATE", each["sql"])
    ]
    assert list(Agent.objects.values()) == before


def test_more_agents_take_no_more_questions(as_max, sales, hire):
    with CaptureQueriesContext(connection) as two:
        as_max.get(PAGE)
    for n in range(20):
        sales.members.add(hire(f"A{n}"))
    with CaptureQueriesContext(connection) as many:
        as_max.get(PAGE)

    assert len(many) == len(two)


@pytest.mark.parametrize("name", ["<b>Al</b>", "\u202eecilA"])
def test_a_strange_name_is_only_a_name(as_max, alice, sales, name):
    Agent.objects.filter(pk=alice.pk).update(name=name)
    Team.objects.filter(pk=sales.pk).update(name=name)

    page = as_max.get(PAGE).content.decode()

    assert "<b>Al</b>" not in page
    assert f"<bdi>Team “{name}”</bdi>" in page or "&lt;b&gt;" in page


def test_the_menu_leads_there(as_max, alice):
    page = as_max.get("/admin/routing/").content.decode()

    assert f'href="{PAGE}"' in page
    assert "Who is next" in page


def test_a_manager_and_who_may_view_live_chats_are_let_in(client, db):
    for codename in ["manage_workspace", "view_livechat"]:
        user = User.objects.create(username=codename)
        user.user_permissions.add(Permission.objects.get(codename=codename))
        client.force_login(user)
        assert client.get(PAGE).status_code == 200


def test_an_agent_is_not_let_in_nor_told_of_it(client, alice):
    User.objects.filter(pk=alice.user_id).update(is_staff=True)
    client.force_login(alice.user)

    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/admin/").content.decode()


def test_who_is_not_signed_in_is_sent_to_sign_in(client, db):
    assert client.get(PAGE).status_code == 302


def test_a_page_that_is_still_open_after_signing_out_leads_to_sign_in(client, db):
    answer = client.get(PAGE, headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"
