"""What a marketer should know of a rule that looks fine by itself and leads nobody anywhere."""

from routing.condition import name_of
from routing.reach import covers, is_impossible


def look_over(rules, labels):
    """Gives each of the rules, which come in order, its `words` and its `faults` as sentences."""
    before = []
    for rule in rules:
        rule.words, rule.faults = "–", []  # noqa: RUF001
        try:
            conditions = rule.read()
        except ValueError as refused:
            rule.faults.append(f"It never matches, for it cannot be read: {refused}")
        else:
            rule.words = conditions.in_words(labels)
            rule.faults += _unreached(conditions, before)
            rule.faults += [
                f"The attribute “{name_of(name, {})}” no longer exists."
                for name in conditions.attributes
                if name not in labels
            ]
            before.append((rule, conditions))
        rule.faults += _leading_nowhere(rule)


def _unreached(conditions, before):
    if not conditions.groups:
        return ["It never matches, for it has no conditions."]
    if is_impossible(conditions):
        return ["It never matches: its conditions exclude each other."]
    first = next((rule for rule, wider in before if covers(wider, conditions)), None)
    return [f"It is never reached: whenever it matches, “{first}” has matched before."] if first else []


def _leading_nowhere(rule):
    agents, teams = rule.agents.all(), rule.teams.all()
    if not agents and not teams:
        return ["It leads to nobody: no agent and no team is named."]
    asked = [*agents, *(member for team in teams for member in team.members.all())]
    return [] if any(agent.is_allowed for agent in asked) else ["It leads to nobody who can be asked."]
