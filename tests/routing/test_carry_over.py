"""What was there before hours and rules in groups says the same in its new form (migration 0005)."""

from importlib import import_module

import pytest
from django.db import connection

from routing.models import CustomRule, FallbackMessage, Workspace

carry_over = import_module("routing.migrations.0005_carry_over")
OLD_SHAPE = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE routing_fallbackmessage ADD COLUMN body text;
ALTER TABLE routing_agent DROP CONSTRAINT an_agent_is_available_for_a_while;
ALTER TABLE routing_agent DROP CONSTRAINT a_switch_was_put_at_some_time;
"""


def sql(statements, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statements, parameters or None)


@pytest.fixture
def old(hire):
    """Alice is switched on until midnight, Bob was until a minute ago, and Carol never was."""
    agents = [hire(name, available=False) for name in ["Alice", "Bob", "Carol"]]
    sql(OLD_SHAPE)
    for agent, minutes in zip(agents, [600, -1], strict=False):
        sql(
            "UPDATE routing_agent SET available_until = parley_now() + %s * interval '1 minute' WHERE id = %s",
            minutes,
            agent.pk,
        )
    return agents


def migrate(agents=()):
    sql(carry_over.SQL)
    for agent in agents:
        agent.refresh_from_db()


def test_who_was_available_still_is_and_until_the_same_moment(old):
    alice, bob, carol = old
    migrate(old)

    assert [agent.is_available for agent in old] == [True, False, False]
    assert (alice.switched, alice.settle_at) == ("available", alice.available_until)
    assert {(agent.switched, agent.available_from, agent.available_until) for agent in (bob, carol)} == {
        ("", None, None)
    }


def test_a_rule_goes_by_the_same_conditions(old):
    rule = CustomRule.objects.create(name="Dutch", conditions=[["language", "nl"], ["company", "Kern"]])
    empty = CustomRule.objects.create(name="Nobody", conditions=[])

    migrate([rule, empty])

    assert rule.verdict({"language": "nl", "company": "Kern"}).matches
    assert not rule.verdict({"language": "nl", "company": "Other"}).matches
    assert not empty.verdict({"language": "nl"}).matches
    rule.full_clean()


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("We are at lunch.", "We are at lunch."),
        ("Back at 2 < 3 & so\non", "Back at 2 &lt; 3 &amp; so<br>on"),
    ],
)
def test_the_fallback_message_reads_the_same(old, body, html):
    sql("INSERT INTO routing_fallbackmessage (name, body) VALUES ('Lunch', %s)", body)

    migrate()

    [text] = FallbackMessage.objects.get().texts.all()
    assert (text.language, text.html) == ("", html)
    assert Workspace.objects.get().fallback_message == text.message


def test_the_standard_text_needs_no_row(old):
    standard = "Nobody is free right now. We will write to you at your email address."
    sql("INSERT INTO routing_fallbackmessage (name, body) VALUES ('Standard', %s)", standard)

    migrate()

    assert not FallbackMessage.objects.exists()
    assert Workspace.objects.get().fallback_message is None
