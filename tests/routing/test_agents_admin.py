"""Max looks after agents: who takes chats now and why, their hours, and what it means to deactivate one."""

import re
from datetime import datetime, time, timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from PIL import Image

from dialogues.document import Branch, Document, LiveChatCard, QuestionCard, Response
from routing.models import (
    Account,
    Agent,
    CustomRule,
    HoursBlock,
    LiveChat,
    Method,
    Route,
    State,
    Team,
)
from tests.routing.conftest import asked

LIST, DEACTIVATE = "/admin/routing/agent/", "/admin/routing/agent/deactivate/"


def page_of(agent):
    return reverse("admin:routing_agent_change", args=[agent.pk])


def words_of(answer):
    return " ".join(
        strip_tags(re.sub(r"<script.*?</script>", "", answer.content.decode(), flags=re.S)).split()
    )


def cell(answer, agent, name):
    """What one row of the list says in one column."""
    row = re.search(rf'value="{agent.pk}" class="action-select".*?</tr>', answer.content.decode(), re.S)[0]
    told = re.search(rf'class="field-{name}[^>]*>(.*?)</t[dh]>', row, re.S)[1]
    return " ".join(re.sub(r"<[^>]*>", " ", told).split())


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


@pytest.fixture
def may(db):
    """Manages, and is no superuser."""
    may = User.objects.create_user("may")
    may.user_permissions.add(Permission.objects.get(codename="manage_workspace"))
    return may


@pytest.fixture
def as_may(may):
    client = Client()
    client.force_login(may)
    return client


@pytest.fixture
def dana(hire):
    """Is deactivated."""
    dana = hire("Dana")
    dana.deactivate()
    return dana


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


# One agent


def save(browser, agent, **entered):
    form = browser.get(page_of(agent)).context["adminform"].form
    return browser.post(page_of(agent), {"name": agent.name, "hours-seen": form.hours.seen} | entered)


def test_max_enters_the_hours_of_alice(as_max, alice):
    answer = save(
        as_max,
        alice,
        time_zone="Europe/Amsterdam",
        **{"wednesday-begins": ["09:00", "15:00"], "wednesday-ends": ["12:30", "17:30"]},
    )

    assert answer.url == LIST
    alice.refresh_from_db()
    # It is two in the afternoon in Amsterdam, and Alice had switched to available until midnight.
    assert alice.in_words(alice.settle_at - timedelta(seconds=1)).startswith("Available")
    assert [str(block) for block in alice.hours_blocks.all()] == [
        "Wednesday 09:00 to 12:30",
        "Wednesday 15:00 to 17:30",
    ]
    assert "hours" in words_of(as_max.get(f"{LIST}{alice.pk}/history/"))


def test_hours_that_max_did_not_touch_stay(as_max, alice):
    HoursBlock.objects.create(agent=alice, weekday=0, begins=time(9), ends=time(17))

    as_max.post(page_of(alice), {"name": "Alice Bell"})

    alice.refresh_from_db()
    assert (alice.name, alice.hours_blocks.count()) == ("Alice Bell", 1)


def test_a_usual_week_is_laid_out_and_not_saved_yet(as_max, alice):
    answer = save(as_max, alice, **{"hours-arrange": "usual"})

    assert "As entered above, and not saved yet." in words_of(answer)
    assert "Please correct the error" not in words_of(answer)
    assert 'value="17:00"' in answer.content.decode()
    assert not alice.hours_blocks.exists()


def test_a_mistake_stands_beside_its_field_and_saves_nothing(as_max, alice):
    answer = save(as_max, alice, name="Alice Bell", **{"monday-begins": ["09:00"], "monday-ends": [""]})

    assert "Enter both times, or neither." in words_of(answer)
    assert "The hours cannot be saved like this." in words_of(answer)
    alice.refresh_from_db()
    assert (alice.name, alice.hours_blocks.count()) == ("Alice", 0)


def test_the_switch_that_alice_touches_meanwhile_stays(as_max, alice):
    form = as_max.get(page_of(alice)).context["adminform"].form
    alice.switch(available=False)

    rows = {"friday-begins": ["09:00"], "friday-ends": ["17:00"]}
    as_max.post(page_of(alice), {"name": "Alice", "hours-seen": form.hours.seen} | rows)

    alice.refresh_from_db()
    assert not alice.is_available
    assert alice.hours_blocks.count() == 1


def test_a_picture_is_made_small_whoever_brings_it(as_max, alice, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = BytesIO()
    Image.new("RGB", (640, 480), "red").save(file, "JPEG")

    save(as_max, alice, picture=SimpleUploadedFile("me.jpg", file.getvalue(), content_type="image/jpeg"))

    alice.refresh_from_db()
    with Image.open(alice.picture.path) as kept:
        assert (kept.format, kept.size) == ("WEBP", (400, 400))
    assert alice.picture.url in as_max.get(LIST).content.decode()


def test_enter_saves_and_lays_nothing_out(as_max, alice):
    form = as_max.get(page_of(alice)).content.decode().split('id="agent_form"')[1]

    assert re.search(r"<button[^>]*>", form)[0] == '<button type="submit" name="_save" value="Save" hidden>'


# Deactivating


def leading_to(route):
    """A document with one live chat card."""
    branch = Branch(end=LiveChatCard(id="chat", route=route.pk))
    question = QuestionCard(id="talk", text="Shall we talk?", responses=[Response(text="Yes", branch=branch)])
    return Document(start=Branch(end=question))


def test_max_reads_what_would_happen_before_it_does(as_max, sales, alice, publish, ask):
    route = Route.objects.to(Method.AGENT, agent=alice)
    publish(leading_to(route), name="Pricing for shops")
    CustomRule.objects.create(name="Big shops").agents.add(alice)
    Account.objects.create(company="Kern", domain="kern.example", agent=alice)
    for live_chat in [ask(route), ask(route), ask(route)]:
        if live_chat.pk % 2:
            live_chat.accept(alice)
    offers, chats = alice.offers.open().count(), alice.live_chats.active().count()
    assert {offers, chats} == {1, 2}

    words = words_of(as_max.get(DEACTIVATE, {"agent": alice.pk}))

    plural = {1: "1 open offer goes", 2: "2 open offers go"}
    assert f"{plural[offers]} to the next agent." in words
    plural = {1: "1 active chat is", 2: "2 active chats are"}
    assert f"{plural[chats]} handed back and offered to others." in words
    assert "1 live chat card leads to them in Pricing for shops, which visitors see now" in words
    assert "They stay in the team Sales, which has 1 other active member." in words
    assert "The custom rule Big shops names them" in words
    assert "They own 1 account, whose visitors go by the card instead: Kern" in words
    alice.user.refresh_from_db()
    assert alice.user.is_active


def test_an_old_version_that_nobody_is_shown_is_not_told(as_max, alice, publish, round_robin):
    route = Route.objects.to(Method.AGENT, agent=alice)
    publish(leading_to(route))
    publish(leading_to(round_robin))

    assert "live chat card" not in words_of(as_max.get(DEACTIVATE, {"agent": alice.pk}))


def test_the_last_of_a_team_is_told(as_max, alice, dana):
    Team.objects.create(name="Sales").members.set([alice, dana])

    words = words_of(as_max.get(DEACTIVATE, {"agent": alice.pk}))

    assert "the team Sales, which has nobody else: nobody can be asked there." in words


def test_max_deactivates_alice_and_her_chats_go_on(as_max, alice, bob, ask):
    active, offered = ask(), ask()
    active.accept(alice)
    HoursBlock.objects.create(agent=alice, weekday=0, begins=time(9), ends=time(17))

    answer = as_max.post(DEACTIVATE, {"agent": [alice.pk]}, follow=True)

    assert "Alice is deactivated, and cannot sign in any more." in words_of(answer)
    alice.user.refresh_from_db()
    assert not alice.user.is_active
    active.refresh_from_db()
    assert active.handed_back_at
    assert asked(active) == ["Alice", "Bob"]
    offered.refresh_from_db()
    assert not offered.offers.open().filter(agent=alice).exists()
    assert "Deactivated." in words_of(as_max.get(f"{LIST}{alice.pk}/history/"))


def test_several_are_chosen_on_the_list_and_each_is_told_of(as_max, alice, bob, carol):
    chosen = {"action": "deactivate", "_selected_action": [alice.pk, bob.pk]}

    page = as_max.post(LIST, chosen, follow=True)

    assert "Alice" in words_of(page)
    assert re.findall(r'name="agent" value="(\d+)"', page.content.decode()) == [str(alice.pk), str(bob.pk)]
    as_max.post(DEACTIVATE, {"agent": [alice.pk, bob.pk]})
    assert set(Agent.objects.filter(user__is_active=True)) == {carol}


def test_nobody_deactivates_themselves(as_may, may):
    me = Agent.of(may)

    answer = as_may.post(DEACTIVATE, {"agent": [me.pk]}, follow=True)

    assert "You cannot deactivate yourself: ask another manager." in words_of(answer)
    may.refresh_from_db()
    assert may.is_active


def test_only_superusers_deactivate_superusers(as_may, as_max, max):
    boss = Agent.of(User.objects.create_superuser("boss"))

    answer = as_may.post(DEACTIVATE, {"agent": [boss.pk]}, follow=True)

    assert "Boss is a superuser: only superusers change that." in words_of(answer)
    boss.user.refresh_from_db()
    assert boss.user.is_active
    as_max.post(DEACTIVATE, {"agent": [boss.pk]})
    boss.user.refresh_from_db()
    assert not boss.user.is_active


def test_who_is_refused_keeps_nobody_else_from_being_deactivated(as_may, may, alice):
    me = Agent.of(may)

    as_may.post(DEACTIVATE, {"agent": [me.pk, alice.pk]})

    assert list(Agent.objects.filter(user__is_active=True)) == [me]


@pytest.mark.parametrize("keys", [[], ["x"], ["999999"], ["9" * 30]])
def test_nobody_is_deactivated_where_nobody_is_named(as_max, alice, keys):
    answer = as_max.post(DEACTIVATE, {"agent": keys}, follow=True)

    assert "Choose agents who are active." in words_of(answer)


def test_who_does_not_manage_deactivates_nobody(alice, bob):
    browser = Client()
    alice.user.is_staff = True
    alice.user.save()
    browser.force_login(alice.user)

    answers = [
        browser.get(DEACTIVATE, {"agent": bob.pk}),
        browser.post(DEACTIVATE, {"agent": bob.pk}),
        browser.post(f"{LIST}{bob.pk}/activate/"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert Agent.objects.filter(user__is_active=True).count() == 2


def test_max_activates_dana_again(as_max, dana, ask):
    page = as_max.get(page_of(dana)).content.decode()
    assert "Activate again" in page
    assert "?agent=" not in page

    answer = as_max.post(f"{LIST}{dana.pk}/activate/", follow=True)

    assert "Dana can sign in again" in words_of(answer)
    assert ask().state == State.OFFERED
    assert LiveChat.objects.get().offers.get().agent == dana


def test_only_superusers_activate_superusers(as_may):
    boss = Agent.of(User.objects.create_superuser("boss", is_active=False))

    as_may.post(f"{LIST}{boss.pk}/activate/")

    boss.user.refresh_from_db()
    assert not boss.user.is_active


def test_a_page_that_stays_open_leads_to_words(alice):
    browser = Client()
    browser.force_login(alice.user)
    assert browser.get("/inbox/").status_code == 200

    alice.deactivate()

    page = browser.get("/inbox/", follow=True)
    assert page.redirect_chain == [("/login/?next=/inbox/", 302)]
    assert "Your account was deactivated." in words_of(page)
    assert "Your account was deactivated." not in words_of(Client().get("/login/"))


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
