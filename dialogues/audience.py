"""Who meets which dialogue, and where: the choice, and for each dialogue why not.

It asks nothing of the request: whoever tries it out gives a visit of their own making.
"""

from dataclasses import dataclass, field
from datetime import datetime

from dialogues.addresses import matches
from dialogues.models.dialogue import Known, Returning
from routing import conditions


@dataclass(frozen=True)
class Visit:
    """`known` are the visitor's attributes and the facts of `routing.facts`; `is_returning` says that they have been
    here before today; `ended` has, by a dialogue's key, when their conversations by it ended, the newest first."""

    known: dict = field(default_factory=dict)
    is_returning: bool = False
    ended: dict[int, list[datetime]] = field(default_factory=dict)

    @property
    def page(self):
        return self.known.get("page", "")


def why_not(dialogue, visit, *, now, labels=None) -> list[str]:
    """Sentences: why this visitor does not meet the dialogue here; none if they do. `labels` has attributes' names
    for people."""
    return [*_where(dialogue, visit), *_who(dialogue, visit, labels), *_how_often(dialogue, visit, now)]


def is_for_everybody(dialogue):
    """Whether it is shown to every visitor on every page at once."""
    named = (dialogue.targets, dialogue.exclusions, dialogue.audience, dialogue.known, dialogue.returning)
    return not any(named) and dialogue.at_most is None and not events_of(dialogue)


def events_of(dialogue):
    """What has to happen on the page before it is shown, or None: seconds, and how far it was scrolled in percent.
    Only the page knows when; a dialogue that waits for it is chosen all the same."""
    events = {
        "page": dialogue.seconds_on_page or 0,
        "site": dialogue.seconds_on_site or 0,
        "scroll": dialogue.scroll_percent or 0,
    }
    return events if any(events.values()) else None


def _where(dialogue, visit):
    if dialogue.targets and not any(matches(target, visit.page) for target in dialogue.targets):
        yield "This page is none of its targets."
    for exclusion in dialogue.exclusions:
        if matches(exclusion, visit.page):
            yield f"This page is excluded by {exclusion}."


def _who(dialogue, visit, labels):
    has_email = bool(visit.known.get("email"))
    if dialogue.known == Known.KNOWN and not has_email:
        yield "It is for visitors whose email address is known."
    if dialogue.known == Known.ANONYMOUS and has_email:
        yield "It is for visitors whose email address is not known."
    if dialogue.returning == Returning.FIRST and visit.is_returning:
        yield "It is for first visits."
    if dialogue.returning == Returning.RETURNING and not visit.is_returning:
        yield "It is for visitors who have been here before."
    if dialogue.audience:
        verdict = conditions.read(dialogue.audience).verdict(visit.known, labels)
        if not verdict.matches:
            yield f"The visitor does not meet its conditions: {' '.join(verdict.because)}"


def _how_often(dialogue, visit, now):
    ended = visit.ended.get(dialogue.pk, [])
    if dialogue.at_most is None or len(ended) < dialogue.at_most:
        return
    days = dialogue.again_after_days
    if days is None:
        yield f"The visitor has been through it {_times(len(ended))}."
    elif (now - ended[0]).days < days:
        yield f"The visitor has been through it {_times(len(ended))}, and {days} days have not passed."


def _times(number):
    return "once" if number == 1 else f"{number} times"
