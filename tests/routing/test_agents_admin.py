"""Max sees on the lists of agents and of teams who takes chats now, and why others do not."""

import re
from datetime import datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.models import HoursBlock, Team
from tests.routing.agent_pages import LIST, words_of


def cell(answer, agent, name):
    """What one row of the list says in one column."""
    row = re.search(rf'value="{agent.pk}" class="action-select".*?</tr>', answer.content.decode(), re.S)[0]
    told = re.search(rf'class="field-{name}[^>]*>(.*?)</t[dh]>', row, re.S)[1]
    return " ".join(re.sub(r"<[^>]*>", " ", told).split())


# The list


def test_the_list_says_why_somebody_takes_no_chats(as_max, alice, bob, hire, dana):
    bob.switch(available=False)
    carol = hire("Carol", available=False)
    HoursBlock.objects.create(agent=carol, weekday=0, begins=time(9), ends=time(17))
    carol.settle()
    erin = hire("Erin", here=False)
    frank = hire("Frank")
    frank.user.user_permissions.clear()
    gina = hire("Gina")
    gina.set_away()

    answer = as_max.get(LIST)

    assert cell(answer, alice, "availability") == "Available until midnight"
    assert cell(answer, bob, "availability") == "Away"
    assert cell(answer, carol, "availability") == "Away: outside their hours, back Mon 09:00"
    assert cell(answer, erin, "availability") == "Away: no open page and no alerts"
    assert cell(answer, frank, "availability") == "Away: no permission “Live Chat”"
    assert cell(answer, gina, "availability") == "Away: they missed two offers in a row"
    assert cell(answer, dana, "availability") == "Deactivated"


def test_without_the_rule_on_reach_nobody_is_away_for_it(as_max, hire, workspace):
    erin = hire("Erin", here=False)
    workspace.only_reachable = False
    workspace.save()

    assert cell(as_max.get(LIST), erin, "availability") == "Available until midnight"


def test_the_zone_is_said_where_it_is_not_the_reader_s(as_max, hire):
    alice = hire("Alice", time_zone="Asia/Kathmandu")
    bob = hire("Bob", available=False, time_zone="Asia/Kathmandu")

    answer = as_max.get(LIST)

    assert cell(answer, alice, "availability") == "Available until midnight (Asia/Kathmandu)"
    assert cell(answer, bob, "availability") == "Away"


def test_the_list_says_load_teams_account_and_last_asked(as_max, sales, alice, bob, requested, clock):
    alice.chat_limit = 3
    alice.save()
    clock.stand_at(datetime.fromisoformat("2026-06-10T14:05:00+00:00"))
    requested()

    answer = as_max.get(LIST)

    assert cell(answer, alice, "places") == "1 of 3"
    assert cell(answer, alice, "on_teams") == "Sales"
    assert cell(answer, alice, "who") == "A Alice alice@parley.example"
    assert cell(answer, alice, "last_asked") == "10 Jun 2026, 14:05 UTC"
    assert cell(answer, bob, "last_asked") == "never"


def names(answer):
    return [agent.name for agent in answer.context["cl"].result_list]


def test_who_is_deactivated_stands_at_the_end(as_max, dana, hire):
    hire("Zoe")

    assert names(as_max.get(LIST)) == ["Zoe", "Dana"]


@pytest.mark.parametrize(
    ("state", "found"), [("available", ["Alice"]), ("active", ["Alice", "Bob"]), ("deactivated", ["Dana"])]
)
def test_max_looks_for_a_state(as_max, alice, bob, dana, state, found):
    bob.switch(available=False)

    assert names(as_max.get(LIST, {"state": state})) == found


@pytest.mark.parametrize("words", ["alice", "ALICE@parley.example"])
def test_max_looks_for_a_name_or_an_address(as_max, alice, bob, words):
    assert names(as_max.get(LIST, {"q": words})) == ["Alice"]


def test_a_longer_list_asks_no_more_questions(as_max, sales, hire, dana):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert as_max.get(LIST).status_code == 200
        return len(captured)

    before = queries()
    for name in ["Carol", "Erin", "Frank"]:
        agent = hire(name, time_zone="Asia/Kathmandu", picture="pictures/me.webp")
        sales.members.add(agent)
        HoursBlock.objects.create(agent=agent, weekday=0, begins=time(9), ends=time(17))

    assert queries() == before


def test_a_name_is_shown_as_text(as_max, alice):
    alice.name = "<b>Alice</b>"
    alice.save()

    assert "<b>Alice</b>" not in as_max.get(LIST).content.decode()


# Teams


def test_a_team_offers_active_agents_and_flags_who_is_not(as_max, alice, dana, hire):
    gone = hire("Gone")
    gone.deactivate()
    team = Team.objects.create(name="Sales")
    team.members.set([alice, dana])

    page = words_of(as_max.get(reverse("admin:routing_team_change", args=[team.pk])))

    assert "Alice" in page
    assert "Dana (deactivated)" in page
    assert "Gone" not in page
    assert "Alice, Dana (deactivated)" in words_of(as_max.get("/admin/routing/team/"))
    assert "Dana" not in words_of(as_max.get("/admin/routing/team/add/"))


def test_a_longer_list_of_teams_asks_no_more_questions(as_max, alice, bob, dana):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert as_max.get("/admin/routing/team/").status_code == 200
        return len(captured)

    Team.objects.create(name="Sales").members.set([alice])
    before = queries()
    for name in ["EMEA", "APAC"]:
        Team.objects.create(name=name).members.set([alice, bob, dana])

    assert queries() == before
