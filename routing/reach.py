"""Whether a rule can be reached at all: what it asks for may exclude itself, or be asked for by a rule before it.

Pure, and careful: what is said here holds for every visitor, but not everything that holds is found.
"""

from itertools import combinations

from routing.comparing import ADDRESSES, comparable, number_or_date, standard
from routing.condition import Condition, Operator

EMPTY = (Operator.IS_EMPTY, Operator.IS_NOT)
# Of these, more than one text is the same: nl-BE is also nl, a page is also its path.
HAVE_FORMS = (*ADDRESSES, "language")


def covers(wider, narrower):
    """Whether whoever the second rule means is also meant by the first."""
    return bool(wider.groups) and _implies(narrower, wider)


def is_impossible(conditions):
    """Whether no visitor can be what is asked for."""
    if isinstance(conditions, Condition):
        return False
    parts = _parts(conditions)
    if conditions.match == "any":
        return all(map(is_impossible, parts))
    needed = list(_needed(conditions))
    return any(map(is_impossible, parts)) or any(_excludes(*pair) for pair in combinations(needed, 2))


def _implies(some, other):
    """Whether who matches the one matches the other: each a condition, a group, or groups."""
    if _is_all(other):
        return all(_implies(some, part) for part in _parts(other))
    if _is_any(some):
        return all(_implies(part, other) for part in _parts(some))
    if _is_any(other) and any(_implies(some, part) for part in _parts(other)):
        return True
    if _is_all(some):
        return any(_implies(part, other) for part in _parts(some))
    return isinstance(other, Condition) and _follows(some, other)


def _needed(conditions):
    """The conditions that each visitor must match who is meant."""
    if isinstance(conditions, Condition):
        yield conditions
    elif _is_all(conditions) or len(_parts(conditions)) == 1:
        for part in _parts(conditions):
            yield from _needed(part)


def _follows(some, other):
    """Whether the other condition holds wherever this one does."""
    if some == other:
        return True
    if some.attribute != other.attribute:
        return False
    if other.operator == Operator.IS_NOT_EMPTY:
        return some.operator not in EMPTY
    if some.operator == Operator.IS_EMPTY:
        return other.operator == Operator.IS_NOT
    if some.operator == other.operator and some.operator in (Operator.GREATER, Operator.LESS):
        return _is_within(some, other)
    if some.attribute in HAVE_FORMS and (values := _spelled(some)):
        return values <= _spelled(other)
    if values := _named(some):
        return all(other.verdict({other.attribute: value}, {}).matches for value in values)
    return _contained(some, other)


def _excludes(some, other):
    """Whether the two conditions never hold together."""
    if some.attribute != other.attribute:
        return False
    for one, another in [(some, other), (other, some)]:
        if one.operator == Operator.IS_EMPTY and another.operator not in EMPTY:
            return True
        if one.operator == Operator.IS_NOT and _follows(another, _is(one)):
            return True
        if values := _named(one):
            return not any(another.verdict({another.attribute: value}, {}).matches for value in values)
    return {some.operator, other.operator} == {Operator.GREATER, Operator.LESS} and _leaves_no_room(
        some, other
    )


def _named(condition):
    """Every text that this condition holds for, or nothing where that cannot be told."""
    if condition.attribute in HAVE_FORMS:
        return []
    match condition.operator:
        case Operator.IS:
            return [condition.value]
        case Operator.ONE_OF:
            return condition.values
        case _:
            return []


def _spelled(condition):
    """The texts of which it wants one, each in its one spelling."""
    match condition.operator:
        case Operator.IS:
            return {standard(condition.attribute, condition.value)}
        case Operator.ONE_OF:
            return {standard(condition.attribute, value) for value in condition.values}
        case _:
            return set()


def _contained(some, other):
    """Whether a longer piece of text is asked for that has the shorter one in it."""
    if some.operator not in (Operator.CONTAINS, Operator.STARTS_WITH) or some.attribute in ADDRESSES:
        return False
    one, another = comparable(some.value), comparable(other.value)
    if other.operator == Operator.CONTAINS:
        return another in one
    both_start = some.operator == other.operator == Operator.STARTS_WITH
    return both_start and one.startswith(another)


def _is_within(some, other):
    one, another = number_or_date(some.value), number_or_date(other.value)
    if type(one) is not type(another):
        return False
    return one >= another if some.operator == Operator.GREATER else one <= another


def _leaves_no_room(some, other):
    above, below = (some, other) if some.operator == Operator.GREATER else (other, some)
    one, another = number_or_date(above.value), number_or_date(below.value)
    # What is greater than a number is one, and no date.
    return type(one) is not type(another) or one >= another


def _is(condition):
    return Condition(condition.attribute, Operator.IS, condition.value)


def _parts(some):
    return some.conditions if hasattr(some, "conditions") else some.groups


def _is_all(some):
    return getattr(some, "match", None) == "all"


def _is_any(some):
    return getattr(some, "match", None) == "any"
