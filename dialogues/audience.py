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


def why_never(dialogue):
    """Sentences: why nobody new meets the dialogue, whoever they are."""
    if dialogue.is_flow:
        yield "It is a conversational flow: only other dialogues run it."
    elif dialogue.live_stream is None:
        yield "Nothing of it is published yet."
    elif not dialogue.is_on:
        yield "It is unpublished."


def in_words(dialogue, labels=None):
    """Who meets it, where and when, as one line: "On 3 addresses, returning visitors, after 20 s"."""
    words = [*_where_in_words(dialogue), *_who_in_words(dialogue, labels), *_when_in_words(dialogue)]
    line = ", ".join(words) or "everybody, everywhere"
    return line[0].upper() + line[1:]


def _where_in_words(dialogue):
    match dialogue.targets:
        case [only]:
            yield f"on {only.removeprefix('*://')}"
        case [_, *_]:
            yield f"on {len(dialogue.targets)} addresses"
    if dialogue.exclusions:
        yield f"not on {len(dialogue.exclusions)} address{'es' if len(dialogue.exclusions) > 1 else ''}"


def _who_in_words(dialogue, labels):
    if dialogue.known:
        yield "known visitors" if dialogue.known == Known.KNOWN else "visitors not known yet"
    if dialogue.returning:
        yield "first visits" if dialogue.returning == Returning.FIRST else "returning visitors"
    if dialogue.audience:
        try:
            yield f"if {conditions.read(dialogue.audience).in_words(labels)}"
        except ValueError:
            yield "conditions that cannot be read"


def _when_in_words(dialogue):
    if events := events_of(dialogue):
        said = {"page": "{} s on the page", "site": "{} s on the site", "scroll": "{} % scrolled"}
        yield "after " + " and ".join(said[name].format(events[name]) for name in said if events[name])
    if dialogue.at_most is not None:
        days = dialogue.again_after_days
        again = f", again after {days} day{'s' if days > 1 else ''}" if days else ""
        yield f"at most {_times(dialogue.at_most)}{again}"


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
        try:
            verdict = conditions.read(dialogue.audience).verdict(visit.known, labels)
        except ValueError as fault:
            yield f"Its conditions cannot be read: {fault}"
            return
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
