"""The conditions of a custom rule: read, compared with what is known of a visitor, and explained.

Pure: it gets a plain dict and knows no rows, so that a rule can be tried before it is used.
"""

import re
from typing import Literal

import msgspec
from msgspec import Struct, field

from routing.condition import Condition, Verdict

MOST_GROUPS = 10
MOST_CONDITIONS = 10
# Where an error of msgspec says that it was.
WHERE = re.compile(r" - at `\$\.groups\[(\d+)\](?:\.conditions\[(\d+)\])?[^`]*`$")


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """Conditions of which all, or any, must hold."""

    match: Literal["all", "any"]
    conditions: list[Condition]

    def __post_init__(self):
        if not self.conditions:
            raise ValueError("A group needs at least one condition.")
        if len(self.conditions) > MOST_CONDITIONS:
            raise ValueError(f"At most {MOST_CONDITIONS} conditions in a group.")

    def verdict(self, known, labels):
        return Verdict.of(self.match, [condition.verdict(known, labels) for condition in self.conditions])

    def in_words(self, labels):
        return _joined(self.match, [condition.in_words(labels) for condition in self.conditions])


class Conditions(Struct, frozen=True, forbid_unknown_fields=True):
    """Groups of which all, or any, must match. Without any group nobody is meant."""

    match: Literal["all", "any"] = "all"
    groups: list[Group] = field(default_factory=list)

    def __post_init__(self):
        if len(self.groups) > MOST_GROUPS:
            raise ValueError(f"At most {MOST_GROUPS} groups.")

    def verdict(self, known, labels=None):
        """Whether the visitor of whom this is known is meant, and why. `labels` has attributes' names for people."""
        if not self.groups:
            return Verdict(False, ["The rule has no conditions."])
        return Verdict.of(self.match, [group.verdict(known, labels or {}) for group in self.groups])

    @property
    def attributes(self):
        """What it asks for, each once, in order."""
        return list(dict.fromkeys(each.attribute for group in self.groups for each in group.conditions))

    def in_words(self, labels=None):
        """The whole of it as one line: 'Language is "nl" and (Page contains "pricing" or Email is empty)'."""
        many = len(self.groups) > 1
        words = [
            f"({group.in_words(labels or {})})"
            if many and len(group.conditions) > 1 and group.match != self.match
            else group.in_words(labels or {})
            for group in self.groups
        ]
        return _joined(self.match, words) or "No conditions"


def read(raw):
    """The conditions in JSON data. Raises ValueError in words that a form can show."""
    try:
        return msgspec.convert(raw, Conditions)
    except ValueError as error:
        fault = error.__cause__ or "This cannot be read as conditions."
        raise ValueError(f"{_where(str(error))}{fault}") from None


def as_json(conditions):
    return msgspec.to_builtins(conditions)


def _joined(match, words):
    return (" and " if match == "all" else " or ").join(words)


def _where(error):
    """The place of what is wrong, counted as people do: "Group 1, condition 2: "."""
    if not (place := WHERE.search(error)):
        return ""
    group, condition = place.groups()
    return f"Group {int(group) + 1}{f', condition {int(condition) + 1}' if condition else ''}: "
