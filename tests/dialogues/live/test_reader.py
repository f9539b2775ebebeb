import uuid

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from dialogues.live import hub
from dialogues.live.reader import Reader
from dialogues.models import Message, Visitor
from routing.models import Agent, Because
from tests.dialogues.live.conftest import kill_live_connections

pytestmark = pytest.mark.django_db(transaction=True)


class Reading:
    """A reader in its loop, asked from outside."""

    def __init__(self, loop):
        self.loop = loop
        self.reader = loop.do(Reader)

    def __getattr__(self, name):
        return lambda *arguments: self.loop.run(getattr(self.reader, name)(*arguments))


@pytest.fixture
def reader(loop, transactional_db):
    reading = Reading(loop)
    yield reading
    reading.stop()


def may_read(reader, who, conversation):
    messages, _ = reader.page(type(who).__name__.lower(), who.pk, conversation.pk, 0)
    return bool(messages)


def test_vera_reads_her_own_chat_and_nobody_else_s(reader, talking, vera):
    assert may_read(reader, vera, talking)
    assert not may_read(reader, Visitor.objects.create(), talking)


def test_an_active_chat_is_its_agent_s_alone(reader, talking, alice, bob):
    assert may_read(reader, alice, talking)
    assert not may_read(reader, bob, talking)


def test_a_chat_that_nobody_accepted_is_no_agent_s(reader, requested, alice, bob):
    conversation = requested()
    assert not may_read(reader, alice, conversation)
    conversation.live_chat.decline(alice)
    conversation.refresh_from_db()

    assert conversation.ended_at
    assert not any(may_read(reader, agent, conversation) for agent in (alice, bob))


def test_a_past_chat_is_every_agent_s(reader, talking, alice, bob, vera):
    talking.live_chat.end(because=Because.AGENT)

    assert all(may_read(reader, who, talking) for who in (alice, bob, vera))


def test_a_key_of_an_agent_opens_nothing_for_a_visitor(reader, talking, alice, vera):
    other = Visitor.objects.create(pk=max(alice.pk, vera.pk) + 1000)
    Visitor.objects.filter(pk=alice.pk).exclude(pk=vera.pk).delete()

    assert reader.page("visitor", other.pk, talking.pk, 0) == ([], False)


def test_a_page_has_two_hundred_messages_and_says_whether_there_are_more(reader, talking, vera):
    Message.objects.bulk_create(
        Message(conversation=talking, position=talking.length + n, author="visitor", body=f"{n}")
        for n in range(1, 451 - talking.length)
    )

    first, is_more = reader.page("visitor", vera.pk, talking.pk, 0)
    second, is_more_still = reader.page("visitor", vera.pk, talking.pk, 200)
    third, is_more_at_last = reader.page("visitor", vera.pk, talking.pk, 400)

    assert [is_more, is_more_still, is_more_at_last] == [True, True, False]
    assert [message["position"] for message in first + second + third] == list(range(1, 451))
    assert reader.page("visitor", vera.pk, talking.pk, 450) == ([], False)


def test_exactly_two_hundred_left_are_all(reader, talking, vera):
    Message.objects.bulk_create(
        Message(conversation=talking, position=n, author="visitor", body=f"{n}")
        for n in range(talking.length + 1, 301)
    )

    messages, is_more = reader.page("visitor", vera.pk, talking.pk, 100)

    assert (len(messages), is_more) == (200, False)


def test_vera_is_known_by_her_key_with_her_newest_conversation(reader, talking, vera):
    assert reader.visitor(vera.key) == (vera.pk, talking.pk, talking.length, hub.revision("visitor", vera.pk))
    assert reader.visitor(uuid.uuid4()) is None


def test_a_visitor_without_a_conversation_is_known_too(reader, vera):
    assert reader.visitor(vera.key) == (vera.pk, None, None, None)
    assert reader.visitors([vera.pk]) == [(vera.pk, None, None, None)]


def test_agents_are_told_apart_by_their_session(reader, talking, alice, bob):
    session = SessionStore()
    session.create()

    here, away, nobody = reader.agents(
        [(alice.user_id, session.session_key), (bob.user_id, "gone"), (0, session.session_key)]
    )

    assert (here.key, here.lengths) == (alice.pk, {str(talking.pk): talking.length})
    assert [here.is_signed_in, away.is_signed_in, nobody.is_permitted] == [True, False, False]
    assert here.is_permitted
    assert here.password == alice.user.password


def test_who_has_no_permission_or_is_deactivated_is_not_permitted(reader, alice, bob, max):
    alice.user.user_permissions.clear()
    bob.user.is_active = False
    bob.user.save()
    Agent.of(max)

    rows = reader.agents([(user.pk, "") for user in (alice.user, bob.user, max)])

    assert [row.is_permitted for row in rows] == [False, False, True]


def test_the_other_side_is_whom_one_talks_with_now(reader, talking, alice, bob, vera):
    assert reader.other_side("visitor", vera.pk, talking.pk) == alice.pk
    assert reader.other_side("agent", alice.pk, talking.pk) == vera.pk
    assert reader.other_side("agent", bob.pk, talking.pk) is None
    talking.live_chat.end(because=Because.AGENT)
    assert reader.other_side("visitor", vera.pk, talking.pk) is None


def test_connections_that_were_closed_in_the_pool_are_no_trouble(reader, talking, vera):
    assert may_read(reader, vera, talking)
    for _ in range(3):
        assert kill_live_connections() >= 1
        assert may_read(reader, vera, talking)


# Revisions


def test_a_revision_is_the_same_whatever_the_database_s_time_zone(loop, talking, vera):
    talking.warned_at = talking.started_at
    talking.save()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {connection.settings_dict['NAME']} SET timezone = 'Asia/Tokyo'")
        try:
            reader = Reading(loop)
            _, _, _, revision = reader.visitor(vera.key)
            [message, *_], _ = reader.page("visitor", vera.pk, talking.pk, 0)
            reader.stop()
        finally:
            cursor.execute(f"ALTER DATABASE {connection.settings_dict['NAME']} RESET timezone")

    assert revision == hub.revision("visitor", vera.pk)
    assert message["at"].utcoffset().total_seconds() == 0


def test_an_accepted_offer_is_another_revision_even_if_it_has_the_conversation_s_number(requested, alice):
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('routing_offer_id_seq', 5000000)")
        cursor.execute("SELECT setval('dialogues_conversation_id_seq', 5000000)")
    conversation = requested()
    assert conversation.live_chat.offers.get().pk == conversation.pk
    before = hub.revision("agent", alice.pk)

    conversation.live_chat.accept(alice)

    assert hub.revision("agent", alice.pk) != before


@pytest.mark.parametrize("step", ["offer", "accept", "warn", "end"])
def test_each_step_of_a_chat_is_another_revision_for_its_visitor(step, requested, vera, alice):
    conversation = requested()
    steps = {
        "accept": lambda: conversation.live_chat.accept(alice),
        "warn": lambda: (
            type(conversation).objects.filter(pk=conversation.pk).update(warned_at="2026-06-10 12:00Z")
        ),
        "end": lambda: conversation.live_chat.end(because=Because.AGENT),
    }
    seen = ["", hub.revision("visitor", vera.pk)]
    for name in ["accept", "warn", "end"]:
        if step == "offer":
            break
        steps[name]()
        seen.append(hub.revision("visitor", vera.pk))
        if name == step:
            break

    assert len(set(seen)) == len(seen)
