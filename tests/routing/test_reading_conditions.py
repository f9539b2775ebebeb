"""Conditions that make no sense are refused, in words that a form can show."""

import pytest

from routing.conditions import read

OVERRIDE, REPLACED = "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ({"operator": "is", "value": "nl", "attribute": ""}, "Choose an attribute."),
        ({"operator": "is", "value": "nl", "attribute": "language\n"}, "Choose an attribute."),
        ({"operator": "is", "value": "nl", "attribute": "a" * 41}, "Choose an attribute."),
        ({"operator": "is", "value": "nl", "attribute": "Language"}, "Choose an attribute."),
        ({"operator": "is"}, "A value is missing."),
        ({"operator": "contains", "value": " "}, "A value is missing."),
        ({"operator": "greater"}, "A value is missing."),
        ({"operator": "is", "value": "a" * 201}, "A value has at most 200 characters."),
        ({"operator": "one_of", "values": ["b", "a" * 201]}, "A value has at most 200 characters."),
        ({"operator": "is", "value": "a\x00"}, f'"a{REPLACED}" has characters in it that cannot be seen.'),
        ({"operator": "is", "value": "\ud800"}, f'"{REPLACED}" has characters in it that cannot be seen.'),
        ({"operator": "is", "value": OVERRIDE}, f'"{REPLACED}" has characters in it that cannot be seen.'),
        ({"operator": "is_empty", "value": "a"}, "“is empty” takes no value."),
        ({"operator": "is_not_empty", "values": ["a"]}, "“is not empty” does not take a list of values."),
        ({"operator": "is", "value": "a", "values": ["b"]}, "“is” does not take a list of values."),
        (
            {"operator": "greater", "value": "1,000"},
            "“is greater than” needs a number such as 200, or a date such as 2026-06-10.",
        ),
        (
            {"operator": "less", "value": "2026-02-30"},
            "“is less than” needs a number such as 200, or a date such as 2026-06-10.",
        ),
        ({"operator": "one_of"}, "“is one of” needs at least one value."),
        ({"operator": "one_of", "values": ["a", ""]}, "A value is missing."),
        ({"operator": "one_of", "value": "a", "values": ["a"]}, "“is one of” takes a list of values."),
        ({"operator": "one_of", "values": ["a", "b", "A "]}, '"A" is in the list twice.'),
        ({"operator": "one_of", "values": [str(n) for n in range(51)]}, "At most 50 values."),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_in_words_that_say_where(condition, fault):
    fine = {"attribute": "email", "operator": "is_empty"}
    raw = {"groups": [{"match": "any", "conditions": [fine, {"attribute": "language", **condition}]}]}

    with pytest.raises(ValueError, match=r"\A") as refused:
        read(raw)

    assert str(refused.value) == f"Group 1, condition 2: {fault}"


def test_too_many_or_empty_groups_are_refused():
    fine = {"attribute": "email", "operator": "is_empty"}
    full = {"match": "all", "conditions": [fine] * 10}

    assert len(read({"groups": [full] * 10}).groups) == 10
    with pytest.raises(ValueError, match=r"^At most 10 groups\.$"):
        read({"groups": [full] * 11})
    with pytest.raises(ValueError, match=r"^Group 2: At most 10 conditions in a group\.$"):
        read({"groups": [full, {"match": "all", "conditions": [fine] * 11}]})
    with pytest.raises(ValueError, match=r"^Group 1: A group needs at least one condition\.$"):
        read({"groups": [{"match": "all", "conditions": []}]})


def nested(depth):
    inner = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "nl",
        [10**5000],
        nested(100_000),
        {"groups": nested(100_000)},
        {"match": "some"},
        {"match": "all", "groups": [], "surprise": 1},
        {"groups": [{"conditions": [{"attribute": "a", "operator": "is_empty"}]}]},
        {
            "groups": [
                {"match": "all", "conditions": [{"attribute": "a", "operator": "is", "value": 10**5000}]}
            ]
        },
        {"groups": [{"match": "all", "conditions": [{"attribute": "a", "operator": "\ud800"}]}]},
        {"groups": [{"match": "all", "conditions": [{"attribute": None, "operator": "is"}]}]},
    ],
)
def test_what_is_no_set_of_conditions_at_all_is_refused(raw):
    with pytest.raises(ValueError, match=r"This cannot be read as conditions\.$"):
        read(raw)
