"""The demo's people, its dialogue, and the sample shop."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse

from dialogues.models import Conversation, Dialogue, Message, Stream
from routing.models import Agent, AgentPresence, LiveChat, Plan, Team, Workspace
from routing.models.fallback_message import standard_in

SHOP = reverse("demo")


@pytest.fixture
def demo(db):
    call_command("demo", verbosity=0)


def said(conversation):
    return list(conversation.messages.values_list("body", flat=True))


@pytest.mark.parametrize("username", ["alice", "bob", "carol", "max"])
def test_everybody_signs_in_with_the_demo_password_and_has_an_address(demo, client, username):
    assert client.login(username=username, password="parley-demo")
    assert User.objects.get(username=username).email


def test_three_are_agents_and_away(demo):
    agents = Agent.objects.order_by("name")

    assert [agent.name for agent in agents] == ["Alice", "Bob", "Carol"]
    assert all(agent.is_permitted and not agent.is_available for agent in agents)


def test_alice_and_bob_are_on_sales(demo):
    assert {agent.name for agent in Team.objects.get().members.all()} == {"Alice", "Bob"}


def test_max_manages(demo):
    max = User.objects.get(username="max")

    assert max.is_superuser
    assert max.has_perm("routing.manage_workspace")


def test_acme_is_on_prime(demo):
    workspace = Workspace.objects.get()

    assert (workspace.name, workspace.plan) == ("Acme", Plan.PRIME)


def test_vera_asks_for_someone_and_reaches_alice(demo, vera):
    alice = Agent.objects.get(name="Alice")
    alice.switch(available=True)
    AgentPresence.objects.create(agent=alice, until=alice.available_until)
    stream = Stream.objects.to_show()
    yes, _ = stream.read().start.end.responses
    conversation = Conversation.start(vera, stream)

    conversation.answer(conversation.card, yes.id)
    conversation.answer(conversation.card, "Vera")
    conversation.answer(conversation.card, "vera@kern.example")
    conversation.request_live_chat()

    assert said(conversation) == [
        "Would you like to talk to someone from our team?",
        "Yes, please",
        "First name",
        "Vera",
        "Email",
        "vera@kern.example",
        "One moment, I'm finding someone for you…",
    ]
    assert LiveChat.objects.get().offers.get().agent.name == "Alice"


def test_vera_who_is_just_looking_is_left_in_peace(demo, vera):
    stream = Stream.objects.to_show()
    _, no = stream.read().start.end.responses
    conversation = Conversation.start(vera, stream)

    conversation.answer(conversation.card, no.id)

    assert said(conversation)[1:] == ["Just looking", "No problem, we are here when you need us."]
    assert conversation.ended_at


def test_the_fallback_message_promises_a_mail(demo):
    body = "Nobody is free right now. We will write to you at your email address."

    assert standard_in("en") == body


def test_a_second_demo_changes_nothing(demo):
    alice = User.objects.get(username="alice")
    alice.set_password("my own")
    alice.save()
    Dialogue.objects.update(name="Ask us", priority=7)
    Workspace.objects.update(name="Kern")

    call_command("demo", verbosity=0)

    alice.refresh_from_db()
    assert alice.check_password("my own")
    assert list(Dialogue.objects.values_list("name", "priority")) == [("Ask us", 7)]
    assert Workspace.objects.get().name == "Kern"
    assert (User.objects.count(), Agent.objects.count(), Stream.objects.count()) == (4, 3, 1)


def test_a_demo_beside_a_real_alice_gives_nobody_her_account(alice):
    call_command("demo", verbosity=0)

    assert not User.objects.get(username="alice").check_password("parley-demo")
    assert User.objects.count() == 1


def test_the_shop_has_one_script_and_it_is_the_widget(demo, client):
    page = client.get(SHOP).content.decode()

    assert page.count("<script") == 1
    assert '<script src="http://testserver/widget.js" async></script>' in page


def test_the_shop_says_when_there_is_nothing_to_show(client, db):
    assert b"No dialogue is published" in client.get(SHOP).content


def test_the_shop_with_a_dialogue_says_nothing_of_it(demo, client):
    assert b"No dialogue is published" not in client.get(SHOP).content


def test_looking_at_the_shop_leaves_no_trace(demo, client):
    answer = client.get(SHOP)

    assert not answer.cookies
    assert not Message.objects.exists()


def test_the_shop_can_take_the_widget_from_another_name_of_ours(demo, client):
    answer = client.get(SHOP, {"script": "http://127.0.0.1:8000"}, headers={"host": "localhost:8000"})

    policy = answer.headers["Content-Security-Policy"]
    assert '<script src="http://127.0.0.1:8000/widget.js" async></script>' in answer.content.decode()
    assert "script-src 'self' http://127.0.0.1:8000;" in policy
    assert "frame-src http://127.0.0.1:8000" in policy


@pytest.mark.parametrize(
    "script",
    [
        "http://evil.example",
        "http://evil.example:8000",
        "http://127.0.0.1:9999",
        "https://127.0.0.1:8000",
        "http://127.0.0.1:8000@evil.example",
        "http://127.0.0.1:8000/evil",
        'http://127.0.0.1:8000"><script>alert(1)</script>',
        "http://127.0.0.1:8000; script-src *",
        "//evil.example",
        "data:,alert(1)",
        "",
    ],
)
def test_nobody_elses_script_is_let_in(demo, client, script):
    answer = client.get(SHOP, {"script": script}, headers={"host": "localhost:8000"})

    assert answer.status_code == 400
    assert b"evil" not in answer.content


def test_a_wildcard_of_hosts_lets_no_script_in(demo, client, settings):
    settings.ALLOWED_HOSTS = ["*", ".example"]

    answer = client.get(SHOP, {"script": "http://evil.example:8000"}, headers={"host": "localhost:8000"})

    assert answer.status_code == 400
