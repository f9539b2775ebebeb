"""Who meets a dialogue, and for whom does not: why."""

from datetime import UTC, datetime, timedelta

import pytest

from dialogues.audience import Visit, in_words, why_not
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


def test_conditions_that_cannot_be_read_mean_nobody():
    [why] = reasons(for_(audience={"groups": "all"}))

    assert why.startswith("Its conditions cannot be read")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Everybody, everywhere"),
        ({"targets": ["*://shop.example/*"]}, "On shop.example/*"),
        (
            {"targets": ["a", "b", "c"], "returning": "returning", "seconds_on_page": 20},
            "On 3 addresses, returning visitors, after 20 s on the page",
        ),
        ({"exclusions": ["a"], "known": "anonymous"}, "Not on 1 address, visitors not known yet"),
        ({"audience": SPEAKS_DUTCH}, 'If Language is "nl"'),
        (
            {"seconds_on_site": 60, "scroll_percent": 50, "at_most": 1, "again_after_days": 1},
            "After 60 s on the site and 50 % scrolled, at most once, again after 1 day",
        ),
    ],
)
def test_who_sees_it_in_words(fields, words):
    assert in_words(for_(**fields)) == words


def test_every_reason_is_given_at_once():
    dialogue = for_(targets=["https://other.example/"], known="known", audience=SPEAKS_DUTCH)

    assert len(reasons(dialogue)) == 3
