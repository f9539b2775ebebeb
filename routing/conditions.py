"""The conditions of a custom rule: read, compared with what is known of a visitor, and explained.

Pure: it gets a plain dict and knows no rows, so that a rule can be tried before it is used.
"""

import re
from datetime import date
from typing import Literal

import msgspec
from django.db.models import TextChoices
from msgspec import Struct, field

from routing.comparing import HIDDEN, comparable, is_same, number_or_date, quoted, shown, standard, text_of

MOST_GROUPS = 10
MOST_CONDITIONS = 10
MOST_VALUES = 50
LONGEST_VALUE = 200
# The names that attributes can have (`dialogues.Attribute`); the facts `page`, `referrer`, … are named like them.
ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Where an error of msgspec says that it was.
WHERE = re.compile(r" - at `\$\.groups\[(\d+)\](?:\.conditions\[(\d+)\])?[^`]*`$")


class Operator(TextChoices):
    """How a condition compares. Its label stands between the attribute and the value."""

    IS = "is", "is"
    IS_NOT = "is_not", "is not"
    CONTAINS = "contains", "contains"
    STARTS_WITH = "starts_with", "starts with"
    IS_EMPTY = "is_empty", "is empty"
    IS_NOT_EMPTY = "is_not_empty", "is not empty"
    GREATER = "greater", "is greater than"
    LESS = "less", "is less than"
    ONE_OF = "one_of", "is one of"


class Verdict(Struct, frozen=True):
    """Whether a visitor is meant, and the sentences that decided it."""

    matches: bool
    because: list[str]

    @classmethod
    def of(cls, match, parts):
        """What `all` or `any` of these parts come to. The parts that agree with it are the reason."""
        matches = (all if match == "all" else any)(part.matches for part in parts)
        because = [sentence for part in parts if part.matches == matches for sentence in part.because]
        return cls(matches, list(dict.fromkeys(because)))


class Condition(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One comparison. Only "is one of" has `values`; the others have one `value`, or none."""

    attribute: str
    operator: Operator
    value: str = ""
    values: list[str] = field(default_factory=list)

    def __post_init__(self):
        if fault := self._fault:
            raise ValueError(fault)

    def verdict(self, known, labels):
        name, text = name_of(self.attribute, labels), text_of(known.get(self.attribute))
        if not text:
            return Verdict(self.operator in (Operator.IS_NOT, Operator.IS_EMPTY), [f"{name} is not known."])
        matches, words = self._compared(text)
        return Verdict(matches, [f"{name} is {words}."])

    def in_words(self, labels):
        words = [name_of(self.attribute, labels), self.operator.label, self._wanted]
        return " ".join(filter(None, words))

    def _compared(self, text):
        """Whether it holds for this text, and what can be said of it after "Company size is"."""
        match self.operator:
            case Operator.IS | Operator.IS_NOT:
                same = is_same(self.attribute, text, self.value)
                return same == (self.operator == Operator.IS), self._same_or_not(text, same)
            case Operator.ONE_OF:
                found = any(is_same(self.attribute, text, value) for value in self.values)
                return found, f"{quoted(text)}, {'one' if found else 'none'} of {self._wanted}"
            case Operator.CONTAINS:
                found = comparable(self.value) in comparable(text)
                words = "contains" if found else "does not contain"
                return found, f"{quoted(text)}, which {words} {self._wanted}"
            case Operator.STARTS_WITH:
                found = comparable(text).startswith(comparable(self.value))
                words = "starts with" if found else "does not start with"
                return found, f"{quoted(text)}, which {words} {self._wanted}"
            case Operator.GREATER | Operator.LESS:
                return self._measured(text)
            case Operator.IS_EMPTY | Operator.IS_NOT_EMPTY:
                return self.operator == Operator.IS_NOT_EMPTY, quoted(text)

    def _same_or_not(self, text, same):
        if not same:
            return f"{quoted(text)}, not {self._wanted}"
        is_form = standard(self.attribute, text) != standard(self.attribute, self.value)
        return f"{quoted(text)}, a form of {self._wanted}" if is_form else quoted(text)

    def _measured(self, text):
        size, limit = number_or_date(text), number_or_date(self.value)
        if type(size) is not type(limit):
            return False, f"{quoted(text)}, which is no {'date' if isinstance(limit, date) else 'number'}"
        matches = size > limit if self.operator == Operator.GREATER else size < limit
        words = self.operator.label.removeprefix("is ")
        return matches, f"{shown(text)}, {words if matches else f'not {words}'} {self._wanted}"

    @property
    def _wanted(self):
        """What it compares with, in words; nothing if it takes no value."""
        match self.operator:
            case Operator.ONE_OF:
                *others, last = map(quoted, self.values)
                return f"{', '.join(others)} or {last}" if others else last
            case Operator.GREATER | Operator.LESS:
                return shown(self.value)
            case Operator.IS_EMPTY | Operator.IS_NOT_EMPTY:
                return ""
            case _:
                return quoted(self.value)

    @property
    def _fault(self):
        """What is wrong with it, in a sentence, or nothing."""
        if not ATTRIBUTE.fullmatch(self.attribute):
            return "Choose an attribute."
        if self.values and self.operator != Operator.ONE_OF:
            return f"“{self.operator.label}” does not take a list of values."
        match self.operator:
            case Operator.ONE_OF:
                return self._fault_of_list
            case Operator.IS_EMPTY | Operator.IS_NOT_EMPTY:
                return f"“{self.operator.label}” takes no value." if self.value else ""
            case Operator.GREATER | Operator.LESS if number_or_date(self.value) is None:
                return (
                    _fault_of(self.value)
                    or f"“{self.operator.label}” needs a number such as 200, or a date such as 2026-06-10."
                )
            case _:
                return _fault_of(self.value)

    @property
    def _fault_of_list(self):
        if self.value:
            return "“is one of” takes a list of values."
        if not self.values:
            return "“is one of” needs at least one value."
        if len(self.values) > MOST_VALUES:
            return f"At most {MOST_VALUES} values."
        if fault := next(filter(None, map(_fault_of, self.values)), ""):
            return fault
        spelled = [standard(self.attribute, value) for value in self.values]
        twice = next((value for n, value in enumerate(self.values) if spelled[n] in spelled[:n]), "")
        return f"{quoted(twice)} is in the list twice." if twice else ""


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


def name_of(attribute, labels):
    """What people call the attribute: its label, else its name as words."""
    return labels.get(attribute) or attribute.replace("_", " ").capitalize()


def _joined(match, words):
    return (" and " if match == "all" else " or ").join(words)


def _where(error):
    """The place of what is wrong, counted as people do: "Group 1, condition 2: "."""
    if not (place := WHERE.search(error)):
        return ""
    group, condition = place.groups()
    return f"Group {int(group) + 1}{f', condition {int(condition) + 1}' if condition else ''}: "


def _fault_of(value):
    if not value.strip():
        return "A value is missing."
    if len(value) > LONGEST_VALUE:
        return f"A value has at most {LONGEST_VALUE} characters."
    if HIDDEN.search(value):
        return f"{quoted(value)} has characters in it that cannot be seen."
    return ""
