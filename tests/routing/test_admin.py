"""Max looks after agents, teams and rules in the admin; what is on record stays as it is."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from routing.models import Agent, LiveChat, Plan, Team, Workspace


def path(model, page="changelist", *args):
    return reverse(f"admin:routing_{model}_{page}", args=args)


def text_of(answer):
    return answer.content.decode()


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def as_manager(client, db):
    """May manages, and is no superuser."""
    may = User.objects.create_user("may", is_staff=True)
    may.user_permissions.add(Permission.objects.get(codename="manage_workspace"))
    client.force_login(may)
    return client


@pytest.fixture
def as_stranger(client, db):
    """Has an account, is let into the admin, and may do nothing there."""
    client.force_login(User.objects.create_user("sam", is_staff=True))
    return client


# The workspace


def settings_of(workspace, **changed):
    fields = {
        "name": workspace.name,
        "chats_per_agent": workspace.chats_per_agent,
        "allowed_sites": "",
        "plan": workspace.plan,
        "engagement_limit": workspace.engagement_limit,
        "round_robin_tries": workspace.round_robin_tries,
        "team_tries": workspace.team_tries,
        "custom_rules_tries": workspace.custom_rules_tries,
    }
    return fields | changed


def test_max_changes_plan_and_limit(as_max, workspace):
    as_max.post(path("workspace", "change", 1), settings_of(workspace, plan=Plan.SELECT, engagement_limit=7))

    workspace.refresh_from_db()
    assert (workspace.plan, workspace.engagement_limit) == (Plan.SELECT, 7)


def test_a_manager_changes_the_name_and_not_the_plan(as_manager, workspace):
    as_manager.post(path("workspace", "change", 1), settings_of(workspace, name="Kern", plan=Plan.SELECT))

    workspace.refresh_from_db()
    assert (workspace.name, workspace.plan) == ("Kern", Plan.PRIME)


def test_the_list_of_workspaces_is_the_one_there_is(as_max, workspace):
    assert 'name="chats_per_agent"' in text_of(as_max.get(path("workspace")))


def test_there_is_one_workspace_and_it_stays(as_max):
    answers = [
        as_max.get(path("workspace", "add")),
        as_max.post(path("workspace", "delete", 1), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize("limit", [0, 11])
def test_nobody_gets_more_than_ten_chats(as_max, workspace, limit):
    as_max.post(path("workspace", "change", 1), settings_of(workspace, chats_per_agent=limit))

    assert Workspace.objects.get().chats_per_agent == 10


def test_allowed_sites_are_one_a_line(as_max, workspace):
    sites = "https://Shop.example/\r\n\r\nhttp://localhost:8000"

    as_max.post(path("workspace", "change", 1), settings_of(workspace, allowed_sites=sites))

    assert Workspace.objects.get().allowed_sites == ["https://shop.example", "http://localhost:8000"]


@pytest.mark.parametrize(
    "site",
    [
        "shop.example",
        "ftp://shop.example",
        "https://shop.example/path",
        "https://shop.example; script-src *",
        "https://a@shop.example",
        "https://*",
        "'self'",
    ],
)
def test_what_is_no_origin_is_refused_and_kept_in_the_form(as_max, workspace, site):
    answer = as_max.post(path("workspace", "change", 1), settings_of(workspace, allowed_sites=site))

    assert "is no origin: write it as https://shop.example" in text_of(answer)
    assert answer.context["adminform"].form["allowed_sites"].value() == site
    assert Workspace.objects.get().allowed_sites == []


# Agents


def test_max_makes_a_user_an_agent(as_max, sales):
    dana = User.objects.create_user("dana")

    as_max.post(path("agent", "add"), {"user": dana.pk, "name": "Dana", "teams": [sales.pk]})

    agent = Agent.objects.get(name="Dana")
    assert agent.is_permitted
    assert list(agent.teams.all()) == [sales]


def test_nobody_becomes_an_agent_twice(as_max, alice):
    form = as_max.get(path("agent", "add")).context["adminform"].form

    assert alice.user not in form.fields["user"].queryset


def test_max_changes_alice_and_leaves_her_switch_alone(as_max, alice, sales):
    as_max.post(path("agent", "change", alice.pk), {"name": "Alice Bell", "chat_limit": 3, "teams": []})

    alice.refresh_from_db()
    assert (alice.name, alice.chat_limit, alice.is_available) == ("Alice Bell", 3, True)
    assert not alice.teams.exists()


def test_a_form_with_a_switch_in_it_switches_nothing(as_max, alice):
    as_max.post(path("agent", "change", alice.pk), {"name": "Alice", "available_until": ""})

    alice.refresh_from_db()
    assert alice.is_available


def test_a_time_zone_that_does_not_exist_is_refused(as_max, alice):
    answer = as_max.post(path("agent", "change", alice.pk), {"name": "Alice", "time_zone": "Mars/Olympus"})

    assert "time_zone" in answer.context["adminform"].form.errors
    assert Agent.objects.get().time_zone == ""


def test_agents_are_never_deleted(as_max, alice):
    assert as_max.post(path("agent", "delete", alice.pk), {"post": "yes"}).status_code == 403


def test_the_list_of_agents_says_who_has_room(as_max, hire, requested, workspace):
    workspace.chats_per_agent = 8
    workspace.save()
    hire("Alice", chat_limit=3)
    requested()
    hire("Bob", available=False)

    page = text_of(as_max.get(path("agent")))

    assert "1 of 3" in page
    assert "0 of 8" in page
    assert "Available until midnight" in page
    assert "Away" in page


def test_a_longer_list_of_agents_asks_no_more_questions(as_max, sales, hire):
    with CaptureQueriesContext(connection) as two:
        as_max.get(path("agent"))
    for name in ["Carol", "Dana", "Erin"]:
        sales.members.add(hire(name))

    with CaptureQueriesContext(connection) as five:
        as_max.get(path("agent"))

    assert len(five) == len(two)


# Teams and rules


def test_max_makes_a_team(as_max, alice, bob):
    as_max.post(path("team", "add"), {"name": "EMEA", "members": [alice.pk, bob.pk]})

    assert set(Team.objects.get(name="EMEA").members.all()) == {alice, bob}


def test_a_team_that_a_route_names_cannot_be_deleted(as_max, to_sales, sales):
    as_max.post(path("team", "delete", sales.pk), {"post": "yes"})

    assert Team.objects.get() == sales


# Live chats


@pytest.fixture
def missed(requested, alice, hire, clock):
    hire("Carol", available=False)
    live_chat = requested().live_chat
    clock.move(seconds=101)
    live_chat.expire_offer()
    return live_chat


def test_a_live_chat_explains_every_choice(as_max, missed):
    page = text_of(as_max.get(path("livechat", "change", missed.pk)))

    assert "did not accept within 100 seconds." in page
    assert "Carol was not asked: away." in page
    assert "Nobody accepted" in page
    assert "first_name: Vera" in page


def test_a_live_chat_is_changed_by_nobody(as_max, missed):
    answers = [
        as_max.get(path("livechat", "add")),
        as_max.post(path("livechat", "change", missed.pk), {"state": "active"}),
        as_max.post(path("livechat", "delete", missed.pk), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert LiveChat.objects.get().state == "fell_back"


# Who is let in

PAGES = ["workspace", "fallbackmessage", "agent", "team", "customrule", "livechat"]


@pytest.mark.parametrize("model", PAGES)
def test_a_manager_is_let_in(as_manager, model):
    assert as_manager.get(path(model)).status_code == 200


@pytest.mark.parametrize("model", PAGES)
def test_who_may_nothing_is_not_let_in(as_stranger, model):
    assert as_stranger.get(path(model)).status_code == 403
