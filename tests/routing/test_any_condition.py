"""What holds of every condition and every visitor."""

import json
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from routing.comparing import HIDDEN
from routing.condition import Condition
from routing.conditions import Conditions, Group, as_json, read
from tests.routing.test_conditions import (
    CONTAINS,
    GREATER,
    IS,
    IS_EMPTY,
    IS_NOT,
    IS_NOT_EMPTY,
    LESS,
    ONE_OF,
    OVERRIDE,
    STARTS_WITH,
    rule,
    verdict,
)

quick = settings(max_examples=80, deadline=None, database=None)

# As JSON is: what cannot be written to the database is in it too.
everything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
attributes = st.sampled_from(["city", "language", "page", "company_size"])
visitors = st.dictionaries(
    attributes, everything | st.sampled_from(["nl", "NL-be", "200", "2026-06-10", "a", "https://x/a"])
)
values = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs"]), min_size=1, max_size=8)
values = (values | st.sampled_from(["nl", "nl-BE", "a/", "/a"])).filter(str.strip)
conditions = st.one_of(
    st.builds(Condition, attributes, st.sampled_from([IS, IS_NOT, CONTAINS, STARTS_WITH]), values),
    st.builds(Condition, attributes, st.sampled_from([IS_EMPTY, IS_NOT_EMPTY])),
    st.builds(Condition, attributes, st.sampled_from([GREATER, LESS]), st.sampled_from(["2", "2026-06-10"])),
    st.builds(Condition, attributes, st.just(ONE_OF), values=values.map(lambda value: [value])),
)
groups = st.builds(Group, st.sampled_from(["all", "any"]), st.lists(conditions, min_size=1, max_size=4))
rules = st.builds(Conditions, st.sampled_from(["all", "any"]), st.lists(groups, max_size=4))


@quick
@given(attributes, values, visitors)
def test_is_not_holds_whenever_is_does_not(attribute, value, known):
    decided = [verdict(attribute, operator, value, known).matches for operator in (IS, IS_NOT)]

    assert sorted(decided) == [False, True]


@quick
@given(attributes, visitors)
def test_is_not_empty_holds_whenever_is_empty_does_not(attribute, known):
    decided = [verdict(attribute, operator, "", known).matches for operator in (IS_EMPTY, IS_NOT_EMPTY)]

    assert sorted(decided) == [False, True]


@quick
@given(st.lists(groups, min_size=1, max_size=4), groups, visitors)
def test_one_more_group_never_takes_away_a_match_of_any(some, another, known):
    before, after = (Conditions("any", these).verdict(known) for these in (some, [*some, another]))

    assert after.matches or not before.matches


@quick
@given(st.lists(groups, min_size=1, max_size=4), groups, visitors)
def test_one_more_group_never_gives_all_a_match(some, another, known):
    before, after = (Conditions("all", these).verdict(known) for these in (some, [*some, another]))

    assert before.matches or not after.matches


@settings(quick, max_examples=300)
@given(rules, visitors)
@example(rule(Condition("company_size", GREATER, "2")), {"company_size": 10**5000})
@example(rule(Condition("company_size", LESS, "2")), {"company_size": "9" * 100_000})
@example(rule(Condition("page", CONTAINS, "a")), {"page": "\ud800\x00" + OVERRIDE})
def test_whatever_is_known_there_is_a_verdict_and_a_reason_that_can_be_kept(rule, known):
    decided = rule.verdict(known)

    assert decided.because
    assert all(sentence.endswith(".") and not HIDDEN.search(sentence) for sentence in decided.because)
    assert json.dumps(decided.because, ensure_ascii=False).encode()


@quick
@given(rules)
def test_conditions_are_the_same_after_a_trip_through_json(rule):
    assert read(json.loads(json.dumps(as_json(rule)))) == rule


@quick
@given(st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3), st.integers())
def test_greater_and_less_agree_with_arithmetic(size, limit):
    known = {"company_size": format(size, "f") if isinstance(size, Decimal) else size}

    assert verdict("company_size", GREATER, str(limit), known).matches == (size > limit)
    assert verdict("company_size", LESS, str(limit), known).matches == (size < limit)


@quick
@given(everything | st.fixed_dictionaries({"match": st.just("all"), "groups": st.lists(everything)}))
def test_whatever_is_read_is_fine_or_refused_in_a_sentence(raw):
    refused = ""
    try:
        read(raw)
    except ValueError as error:
        refused = str(error)

    assert refused.endswith(".") or as_json(read(raw))
