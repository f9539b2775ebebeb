"""Who meets a dialogue, and for whom does not: why."""

from datetime import UTC, datetime, timedelta

import pytest

from dialogues.audience import Visit, why_not
from dialogues.models import Dialogue

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
PRICING = "https://shop.example/pricing"
SPEAKS_DUTCH = {
    "match": "all",
    "groups": [{"match": "any", "conditions": [{"attribute": "language", "operator": "is", "value": "nl"}]}],
}


def reasons(dialogue=None, *, is_returning=False, ended=(), **known):
    visit = Visit(known={"page": PRICING} | known, is_returning=is_returning, ended={1: list(ended)})
    return why_not(dialogue, visit, now=NOON)


def for_(**fields):
    return Dialogue(pk=1, name="Pricing", **fields)


def test_who_names_nothing_means_everybody_everywhere():
    assert reasons(for_()) == []
    assert reasons(for_(), page="") == []


@pytest.mark.parametrize(
    ("fields", "meant", "not_meant", "why"),
    [
        ({"targets": [PRICING]}, {}, {"page": "https://shop.example/"}, "This page is none of its targets."),
        (
            {"known": "known"},
            {"email": "v@kern.example"},
            {},
            "It is for visitors whose email address is known.",
        ),
        (
            {"known": "anonymous"},
            {},
            {"email": "v@kern.example"},
            "It is for visitors whose email address is not known.",
        ),
        ({"returning": "first"}, {}, {"is_returning": True}, "It is for first visits."),
        (
            {"returning": "returning"},
            {"is_returning": True},
            {},
            "It is for visitors who have been here before.",
        ),
        ({"at_most": 1}, {}, {"ended": [NOON]}, "The visitor has been through it once."),
        (
            {"at_most": 2},
            {"ended": [NOON]},
            {"ended": [NOON, NOON]},
            "The visitor has been through it 2 times.",
        ),
        (
            {"at_most": 1, "again_after_days": 7},
            {"ended": [NOON - timedelta(days=7)]},
            {"ended": [NOON - timedelta(days=6)]},
            "The visitor has been through it once, and 7 days have not passed.",
        ),
    ],
)
def test_who_is_meant_and_who_is_not(fields, meant, not_meant, why):
    assert reasons(for_(**fields), **meant) == []
    assert reasons(for_(**fields), **not_meant) == [why]


def test_an_excluded_page_is_named():
    dialogue = for_(targets=["https://shop.example/*"], exclusions=[PRICING])

    assert reasons(dialogue) == [f"This page is excluded by {PRICING}."]
    assert reasons(dialogue, page="https://shop.example/") == []


def test_conditions_say_why():
    [why] = reasons(for_(audience=SPEAKS_DUTCH), language="en")

    assert why.startswith("The visitor does not meet its conditions: Language")
    assert reasons(for_(audience=SPEAKS_DUTCH), language="nl-BE") == []


def test_every_reason_is_given_at_once():
    dialogue = for_(targets=["https://other.example/"], known="known", audience=SPEAKS_DUTCH)

    assert len(reasons(dialogue)) == 3
