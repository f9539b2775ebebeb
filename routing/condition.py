"""One condition of a custom rule: an attribute, how it is compared, and with what.

Pure: it gets a plain dict and knows no rows, so that a rule can be tried before it is used.
"""

import re
from datetime import date

from django.db.models import TextChoices
from msgspec import Struct, field

from routing.comparing import (
    HIDDEN,
    begins_with,
    comparable,
    is_path,
    is_same,
    number_or_date,
    quoted,
    shown,
    standard,
    text_of,
)

MOST_VALUES = 50
LONGEST_VALUE = 200
# The names that attributes can have (`dialogues.Attribute`); the facts `page`, `referrer`, … are named like them.
ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,39}")


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
                found = begins_with(self.attribute, text, self.value)
                words = "starts with" if found else "does not start with"
                whole = "whose path" if is_path(self.attribute, self.value) else "which"
                return found, f"{quoted(text)}, {whole} {words} {self._wanted}"
            case Operator.GREATER | Operator.LESS:
                return self._measured(text)
            case Operator.IS_EMPTY | Operator.IS_NOT_EMPTY:
                return self.operator == Operator.IS_NOT_EMPTY, quoted(text)

    def _same_or_not(self, text, same):
        if not same:
            return f"{quoted(text)}, not {self._wanted}"
        if is_path(self.attribute, self.value):
            return f"{quoted(text)}, whose path is {self._wanted}"
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


def name_of(attribute, labels):
    """What people call the attribute: its label, else its name as words."""
    return labels.get(attribute) or attribute.replace("_", " ").capitalize()


def _fault_of(value):
    if not value.strip():
        return "A value is missing."
    if len(value) > LONGEST_VALUE:
        return f"A value has at most {LONGEST_VALUE} characters."
    if HIDDEN.search(value):
        return f"{quoted(value)} has characters in it that cannot be seen."
    return ""
