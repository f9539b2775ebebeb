"""Max deactivates an agent, knowing what it would mean, and not everybody may do that to everybody."""

import re
from datetime import time

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from dialogues.document import Branch, Document, LiveChatCard, QuestionCard, Response
from routing.models import Account, Agent, CustomRule, HoursBlock, Method, Route, Team
from tests.routing.agent_pages import LIST, words_of
from tests.routing.conftest import asked

DEACTIVATE = f"{LIST}deactivate/"


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
