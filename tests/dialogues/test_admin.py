"""Dialogues and conversations in the admin."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues.models import Attribute, Conversation, Dialogue, Stream, Visitor
from routing.models import Because

CONVERSATIONS = reverse("admin:dialogues_conversation_changelist")
DIALOGUES = reverse("admin:dialogues_dialogue_changelist")


def text_of(answer):
    return " ".join(answer.content.decode().split())


@pytest.fixture
def as_max(client, max):
    client.force_login(max)
    return client


def test_the_list_of_dialogues_says_what_is_live_and_what_is_drafted(as_max, talk_to_sales):
    Stream.draft_of(Dialogue.objects.create(name="New"))

    rows = as_max.get(DIALOGUES).context["cl"].result_list

    assert {(row.name, row.newest, row.is_drafted) for row in rows} == {
        ("Pricing", 1, False),
        ("New", None, True),
    }


def test_a_dialogue_leads_to_its_stream(as_max, talk_to_sales):
    dialogue = talk_to_sales.dialogue
    page = text_of(as_max.get(reverse("admin:dialogues_dialogue_change", args=[dialogue.pk])))

    assert f'href="{reverse("admin:dialogues_dialogue_stream", args=[dialogue.pk])}">Stream</a>' in page


def test_a_dialogue_with_versions_is_not_deleted(as_max, talk_to_sales):
    path = reverse("admin:dialogues_dialogue_delete", args=[talk_to_sales.dialogue_id])

    as_max.post(path, {"post": "yes"})

    assert Dialogue.objects.exists()


def test_an_attribute_keeps_its_name(as_max):
    email = Attribute.objects.get(name="email")

    as_max.post(
        reverse("admin:dialogues_attribute_change", args=[email.pk]), {"label": "E-mail", "name": "post"}
    )

    email.refresh_from_db()
    assert (email.label, email.name) == ("E-mail", "email")


# Conversations


def page_of(client, conversation):
    return text_of(client.get(reverse("admin:dialogues_conversation_change", args=[conversation.pk])))


def test_max_reads_everything_that_was_said_and_by_whom(as_max, talking):
    talking.post("Good morning", author="agent")
    page = page_of(as_max, talking)

    assert "<strong>Vera</strong>" in page
    assert "Yes, please" in page
    assert "<strong>Alice</strong>" in page
    assert "Good morning" in page
    assert "email: vera@kern.example" in page


def test_a_conversation_leads_to_who_was_asked_and_why(as_max, talking):
    link = reverse("admin:routing_livechat_change", args=[talking.live_chat_id])

    assert f'<a href="{link}">Who was asked, and why</a>' in page_of(as_max, talking)


def test_what_a_visitor_wrote_stays_text(as_max, talking):
    talking.post("<script>alert(1)</script>", author="visitor")

    assert "<script>alert(1)" not in page_of(as_max, talking)


def test_a_conversation_is_changed_by_nobody(as_max, talking):
    answers = [
        as_max.get(reverse("admin:dialogues_conversation_add")),
        as_max.post(reverse("admin:dialogues_conversation_change", args=[talking.pk]), {"page": "x"}),
        as_max.post(reverse("admin:dialogues_conversation_delete", args=[talking.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_the_newest_conversation_comes_first_with_what_became_of_it(as_max, talking, talk_to_sales, clock):
    talking.live_chat.end(because=Because.AGENT)
    clock.move(minutes=5)
    Conversation.start(Visitor.objects.create(attributes={"first_name": "Wim"}), talk_to_sales)

    answer = as_max.get(CONVERSATIONS)

    assert [row.visitor.name for row in answer.context["cl"].result_list] == ["Wim", "Vera"]
    assert "The agent ended it (Alice)" in text_of(answer)


def test_a_conversation_is_found_by_the_visitors_address(as_max, talking):
    found = as_max.get(CONVERSATIONS, {"q": "vera@kern"}).context["cl"].result_list
    other = as_max.get(CONVERSATIONS, {"q": "wim@"}).context["cl"].result_list

    assert (list(found), list(other)) == ([talking], [])


def test_a_longer_list_asks_no_more_questions(as_max, talking, talk_to_sales):
    with CaptureQueriesContext(connection) as one:
        as_max.get(CONVERSATIONS)
    for _ in range(4):
        Conversation.start(Visitor.objects.create(key=uuid4()), talk_to_sales)

    with CaptureQueriesContext(connection) as five:
        answer = as_max.get(CONVERSATIONS)

    assert answer.context["cl"].result_count == 5
    assert len(five) == len(one)


def test_a_manager_reads_conversations(client, talking):
    may = User.objects.create_user("may", is_staff=True)
    may.user_permissions.add(Permission.objects.get(codename="manage_workspace"))
    client.force_login(may)

    assert "Yes, please" in page_of(client, talking)


def test_who_may_nothing_reads_nothing(client, talking):
    client.force_login(User.objects.create_user("sam", is_staff=True))

    assert client.get(CONVERSATIONS).status_code == 403
