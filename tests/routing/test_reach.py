"""Which rules can never be reached, said only where it holds for every visitor."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.condition import Condition
from routing.conditions import Conditions, Group
from routing.reach import covers, is_impossible
from tests.routing.test_conditions import (
    CONTAINS,
    GREATER,
    IS,
    IS_EMPTY,
    IS_NOT,
    IS_NOT_EMPTY,
    LESS,
    ONE_OF,
    STARTS_WITH,
    rule,
)

often = settings(max_examples=600, deadline=None, database=None)
# Few, so that they often meet.
attributes = st.sampled_from(["city", "language", "page"])
texts = st.sampled_from(
    ["a", "A ", "ab", "b", "nl", "nl-BE", "/a", "/a/?b", "https://x/a", "/", "5", "7", "2026-06-10"]
)
visitors = st.dictionaries(attributes, texts | st.sampled_from([5, True, "https://x/a/?b#c", "nl_be"]))
conditions = st.one_of(
    st.builds(Condition, attributes, st.sampled_from([IS, IS_NOT, CONTAINS, STARTS_WITH]), texts),
    st.builds(Condition, attributes, st.sampled_from([IS_EMPTY, IS_NOT_EMPTY])),
    st.builds(
        Condition, attributes, st.sampled_from([GREATER, LESS]), st.sampled_from(["5", "7", "2026-06-10"])
    ),
    st.builds(
        Condition, attributes, st.just(ONE_OF), values=st.sampled_from([["a"], ["nl", "b"], ["/a", "/"]])
    ),
)
groups = st.builds(Group, st.sampled_from(["all", "any"]), st.lists(conditions, min_size=1, max_size=3))
rules = st.builds(Conditions, st.sampled_from(["all", "any"]), st.lists(groups, max_size=2))


def condition(attribute, operator, value=""):
    wanted = {"values": value} if isinstance(value, list) else {"value": value}
    return Condition(attribute, operator, **wanted)


def one(*of):
    return rule(condition(*of))


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [
        (("city", IS, "Ghent"), ("city", IS, " ghent")),
        (("city", ONE_OF, ["Ghent", "Bruges"]), ("city", IS, "bruges")),
        (("city", ONE_OF, ["Ghent", "Bruges"]), ("city", ONE_OF, ["Bruges"])),
        (("city", IS_NOT_EMPTY), ("city", CONTAINS, "hen")),
        (("city", IS_NOT_EMPTY), ("city", LESS, "5")),
        (("city", IS_NOT, "Ghent"), ("city", IS, "Bruges")),
        (("city", IS_NOT, "Ghent"), ("city", IS_EMPTY)),
        (("city", CONTAINS, "hen"), ("city", IS, "Ghent")),
        (("city", CONTAINS, "hen"), ("city", CONTAINS, "GHENT")),
        (("city", CONTAINS, "hen"), ("city", STARTS_WITH, "Ghent")),
        (("city", STARTS_WITH, "Gh"), ("city", STARTS_WITH, "Ghent")),
        (("size", GREATER, "100"), ("size", GREATER, "200")),
        (("size", LESS, "2026-06-10"), ("size", LESS, "2026-06-09")),
        (("page", IS, "/pricing"), ("page", IS, "/Pricing/")),
        (("page", ONE_OF, ["/pricing", "/blog"]), ("page", IS, "/blog")),
        (("language", IS, "nl-BE"), ("language", IS, "nl_be")),
    ],
)
def test_a_rule_that_asks_for_more_is_covered_by_one_that_asks_for_less(wider, narrower):
    assert covers(one(*wider), one(*narrower))


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [
        (("city", IS, "Ghent"), ("city", CONTAINS, "Ghent")),
        (("city", IS, "Ghent"), ("town", IS, "Ghent")),
        (("city", IS_NOT_EMPTY), ("city", IS_NOT, "Ghent")),
        (("city", STARTS_WITH, "hen"), ("city", CONTAINS, "hen")),
        (("size", GREATER, "200"), ("size", GREATER, "100")),
        (("size", GREATER, "2026-01-01"), ("size", GREATER, "2027")),
        (("page", CONTAINS, "shop"), ("page", STARTS_WITH, "/shop")),
        (("language", IS, "nl-BE"), ("language", IS, "nl")),
        (("language", IS_NOT, "nl-BE"), ("language", IS, "nl")),
    ],
)
def test_a_rule_that_asks_for_something_else_is_not_covered(wider, narrower):
    assert not covers(one(*wider), one(*narrower))


def test_groups_are_covered_as_their_conditions_are():
    dutch, curious = condition("language", IS, "nl"), condition("page", CONTAINS, "pricing")
    both, either = Group("all", [dutch, curious]), Group("any", [dutch, curious])

    assert covers(Conditions("all", [either]), Conditions("all", [both]))
    assert covers(rule(dutch), Conditions("all", [both, either]))
    assert covers(Conditions("any", [both, Group("all", [dutch])]), Conditions("all", [both]))
    assert not covers(Conditions("all", [both]), Conditions("all", [either]))
    assert not covers(rule(dutch), Conditions("any", [both, either]))
    assert not covers(Conditions(), rule(dutch))


@pytest.mark.parametrize(
    ("some", "other"),
    [
        (("city", IS, "Ghent"), ("city", IS, "Bruges")),
        (("city", IS, "Ghent"), ("city", IS_NOT, "ghent")),
        (("city", IS_NOT, "nl"), ("city", ONE_OF, ["NL"])),
        (("city", IS, "Ghent"), ("city", IS_EMPTY)),
        (("city", CONTAINS, "Ghent"), ("city", IS_EMPTY)),
        (("city", IS_NOT_EMPTY), ("city", IS_EMPTY)),
        (("city", ONE_OF, ["Ghent", "Bruges"]), ("city", STARTS_WITH, "L")),
        (("size", GREATER, "200"), ("size", LESS, "200")),
        (("size", GREATER, "200"), ("size", LESS, "2026-06-10")),
    ],
)
def test_what_excludes_itself_means_nobody(some, other):
    pair = condition(*some), condition(*other)

    assert is_impossible(rule(*pair))
    assert is_impossible(Conditions("all", [Group("any", [each]) for each in pair]))
    assert not is_impossible(rule(*pair, match="any"))


@pytest.mark.parametrize(
    ("some", "other"),
    [
        (("city", IS, "Ghent"), ("town", IS, "Bruges")),
        (("city", IS_NOT, "Ghent"), ("city", IS_EMPTY)),
        (("size", GREATER, "100"), ("size", LESS, "200")),
        (("language", IS, "nl"), ("language", IS, "nl-BE")),
        (("page", IS, "/pricing"), ("page", CONTAINS, "shop.example")),
    ],
)
def test_what_goes_together_means_somebody(some, other):
    assert not is_impossible(rule(condition(*some), condition(*other)))


@often
@given(rules, rules, visitors)
def test_who_is_meant_by_a_covered_rule_is_meant_by_the_other(wider, narrower, known):
    if covers(wider, narrower):
        assert wider.verdict(known).matches or not narrower.verdict(known).matches


@often
@given(rules, visitors)
def test_nobody_is_meant_by_an_impossible_rule(asked, known):
    assert not (is_impossible(asked) and asked.verdict(known).matches)


@often
@given(rules)
def test_a_rule_covers_itself(asked):
    assert covers(asked, asked) or not asked.groups
