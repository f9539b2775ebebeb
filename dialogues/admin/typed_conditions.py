"""The conditions of a custom rule between the page and the fields: plain data, with whatever was typed in it."""

import re

from routing.condition import Operator
from routing.conditions import MOST_CONDITIONS, MOST_GROUPS, Conditions

FIELD = re.compile(r"group-(\d{1,3})-(?:(match)|condition-(\d{1,3})-(attribute|operator|value))")


def blank_condition():
    return {"attribute": "", "operator": Operator.IS.value, "value": ""}


def blank_group():
    return {"match": "all", "conditions": [blank_condition()]}


def as_typed(rule):
    """The rule's conditions as somebody would have typed them. What cannot be read is left out."""
    try:
        conditions = rule.read()
    except ValueError:
        conditions = Conditions()
    groups = [
        {"match": group.match, "conditions": [_typed(condition) for condition in group.conditions]}
        for group in conditions.groups
    ]
    return {"match": conditions.match, "groups": groups or [blank_group()]}


def typed_in(data):
    """The conditions in what a page sent, in their order there."""
    groups = {}
    for name in data:
        if found := FIELD.fullmatch(name):
            group, match, condition, field = found.groups()
            typed = groups.setdefault(int(group), {"match": "all", "conditions": {}})
            if match:
                typed["match"] = data[name]
            else:
                typed["conditions"].setdefault(int(condition), blank_condition())[field] = data[name]
    filled = [groups[n] for n in sorted(groups) if groups[n]["conditions"]]
    for group in filled:
        group["conditions"] = [condition for _, condition in sorted(group["conditions"].items())]
    return {"match": data.get("match", "all"), "groups": filled or [blank_group()]}


def take(step, typed):
    """Adds or removes what the pressed button names; returns the name of the field to go on with."""
    action, *places = step.split(":")
    try:
        group, condition = (int(place) for place in [*places, 0, 0][:2])
        groups = typed["groups"]
        conditions = groups[group]["conditions"]
        match action:
            case "add-group" if len(groups) < MOST_GROUPS:
                groups.append(blank_group())
                return f"group-{len(groups) - 1}-condition-0-attribute"
            case "add-condition" if len(conditions) < MOST_CONDITIONS:
                conditions.append(blank_condition())
                return f"group-{group}-condition-{len(conditions) - 1}-attribute"
            case "remove-condition":
                del conditions[condition]
                typed["groups"] = [each for each in groups if each["conditions"]] or [blank_group()]
                return f"add-condition:{group}" if conditions else "add-group"
            case "remove-group":
                del groups[group]
                typed["groups"] = groups or [blank_group()]
                return "add-group"
    except (IndexError, ValueError):
        # The button of another page: there is nothing to add to or to remove.
        return ""
    return ""


def as_data(typed):
    """What was typed, under the names that the fields have now."""
    data = {"match": typed["match"]}
    for n, group in enumerate(typed["groups"]):
        data[f"group-{n}-match"] = group["match"]
        for m, condition in enumerate(group["conditions"]):
            data |= {f"group-{n}-condition-{m}-{name}": value for name, value in condition.items()}
    return data


def _typed(condition):
    value = condition.value
    if condition.values:
        # One value with a comma in it gets a second, empty line, which keeps it whole.
        lines = condition.values if "," not in condition.values[0] else [*condition.values, ""]
        value = "\n".join(lines)
    return {"attribute": condition.attribute, "operator": condition.operator.value, "value": value}
