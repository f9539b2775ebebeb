"""Locks are FOR NO KEY UPDATE, and taken in one order: chat, workspace, agents by key, conversation."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.models import Agent, Because

ORDER = ["routing_livechat", "routing_workspace", "routing_agent", "dialogues_conversation"]


def verb(live_chat, name, alice, clock):
    match name:
        case "accept":
            live_chat.accept(alice)
        case "decline":
            live_chat.decline(alice)
        case "cancel":
            live_chat.cancel()
        case "end":
            live_chat.accept(alice)
            live_chat.end(because=Because.AGENT)
        case "expire_offer":
            clock.move(seconds=100)
            live_chat.expire_offer()


def locked(statements):
    """The tables of these statements that are locked, or written to, in order."""
    found = []
    for statement in statements:
        sql = statement["sql"]
        assert "FOR UPDATE" not in sql, "A plain FOR UPDATE deadlocks with the foreign keys of the writer."
        # A new row is its maker's alone, as if it were locked.
        tables = re.findall(r'(?:FOR NO KEY UPDATE OF|^UPDATE|^INSERT INTO) "(\w+)"', sql)
        found += [table for table in tables if table in ORDER]
    return found


def in_order(tables):
    """The order in which each was locked first: what is held already may be written at any time."""
    first = list(dict.fromkeys(tables))
    return first == sorted(first, key=ORDER.index)


@pytest.mark.parametrize("name", ["accept", "decline", "cancel", "end", "expire_offer"])
def test_a_verb_locks_in_the_order_of_the_house(requested, alice, bob, clock, name):
    live_chat = requested().live_chat

    with CaptureQueriesContext(
        connection,
    ) as captured:
        verb(live_chat, name, alice, clock)

    tables = locked(captured)
    assert tables[0] == "routing_livechat"
    assert in_order(tables), tables


def test_a_request_locks_in_the_order_of_the_house(requested, alice, bob):
    with CaptureQueriesContext(connection) as captured:
        requested()

    tables = locked(captured)
    asking = tables[tables.index("routing_livechat") :]
    assert asking[:3] == ["routing_livechat", "routing_workspace", "routing_agent"]
    assert in_order(asking), asking


def test_an_idle_chat_is_locked_before_its_conversation(talking, clock):
    for seconds in (10, 480, 120):
        clock.move(seconds=seconds)
        with CaptureQueriesContext(connection) as captured:
            talking.end_if_idle()

        assert in_order(locked(captured))
        assert locked(captured)[:2] == ["routing_livechat", "dialogues_conversation"]


def test_of_the_agents_only_the_one_who_is_asked_is_locked(ask, alice, bob, carol):
    with CaptureQueriesContext(connection) as captured:
        live_chat = ask()

    [statement] = [each["sql"] for each in captured if 'NO KEY UPDATE OF "routing_agent"' in each["sql"]]
    assert f'WHERE "routing_agent"."id" = {live_chat.offers.get().agent_id} ' in statement


def test_a_switch_locks_the_agent(alice):
    with CaptureQueriesContext(connection) as captured:
        alice.switch(available=False)

    assert locked(captured)[0] == "routing_agent"
    assert not Agent.objects.get().is_available
