"""A dialogue as one file that another Parley can read: rows are named in it, and their keys are only places to look
them up there."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from dialogues.addresses import as_target
from dialogues.cards import MessageCard
from dialogues.document import Document
from dialogues.models import Attribute, Dialogue, Goal, Pdf
from dialogues.tokens import names_in
from routing import conditions, rich_text
from routing.models import Route

FORMAT = 1
LARGEST = 1024 * 1024
MOST_CARDS = 1000
# Deeper than that nobody writes; a canvas of it could not be drawn.
DEEPEST_BRANCH = 20
# Where a dialogue is shown, and to whom.
SHOWN = [
    "targets",
    "exclusions",
    "audience",
    "known",
    "returning",
    "seconds_on_page",
    "seconds_on_site",
    "scroll_percent",
    "at_most",
    "again_after_days",
]

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Strict(Struct, forbid_unknown_fields=True):
    """A field that this version does not know is refused: to leave it out would change what the file says."""


class NamedAttribute(Strict):
    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Annotated[str, Meta(min_length=1, max_length=80)]


class NamedRoute(Strict, omit_defaults=True):
    method: Literal["round_robin", "agent", "team", "custom_rules"]
    agent: Annotated[str, Meta(max_length=150)] = ""
    team: Annotated[str, Meta(max_length=150)] = ""

    def __str__(self):
        match self.method:
            case "agent":
                return f"agent “{self.agent}”"
            case "team":
                return f"team “{self.team}”"
        return self.method.replace("_", " ")


class NamedGoal(Strict, omit_defaults=True):
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    score: Annotated[int, Meta(ge=0, le=32767)] | None = None


class NamedPdf(Strict, omit_defaults=True):
    """Without an address it was uploaded; the file itself stays where it is."""

    name: Name
    address: Annotated[str, Meta(max_length=2000)] = ""


class Shown(Strict, omit_defaults=True):
    targets: list[Annotated[str, Meta(max_length=2000)]] = field(default_factory=list)
    exclusions: list[Annotated[str, Meta(max_length=2000)]] = field(default_factory=list)
    audience: dict = field(default_factory=dict)
    known: Literal["", "known", "anonymous"] = ""
    returning: Literal["", "first", "returning"] = ""
    seconds_on_page: Count | None = None
    seconds_on_site: Count | None = None
    scroll_percent: Annotated[int, Meta(ge=0, le=100)] | None = None
    at_most: Annotated[int, Meta(ge=0, le=32767)] | None = None
    again_after_days: Annotated[int, Meta(ge=0, le=32767)] | None = None

    def __post_init__(self):
        for each in [*self.targets, *self.exclusions]:
            as_target(each)
        if self.audience:
            conditions.read(self.audience)


class Exported(Strict, kw_only=True):
    parley: Literal["dialogue"] = "dialogue"
    format: int = FORMAT
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    description: str = ""
    is_flow: bool = False
    priority: Count = 1
    shown: Shown = field(default_factory=Shown)
    attributes: list[NamedAttribute] = field(default_factory=list)
    routes: dict[int, NamedRoute] = field(default_factory=dict)
    goals: dict[int, NamedGoal] = field(default_factory=dict)
    documents: dict[int, NamedPdf] = field(default_factory=dict)
    flows: dict[int, Name] = field(default_factory=dict)
    document: Document = field(default_factory=Document)


def export(stream):
    """What this version, or draft, of a dialogue says, and what the rows are called that it names."""
    dialogue, document = stream.dialogue, stream.read()
    named = names_asked(document, dialogue.audience)
    routes = Route.objects.select_related("agent", "team").in_bulk(document.routes)
    return Exported(
        name=dialogue.name,
        description=dialogue.description,
        is_flow=dialogue.is_flow,
        priority=dialogue.priority,
        shown=Shown(**{name: getattr(dialogue, name) for name in SHOWN}),
        attributes=[
            NamedAttribute(name=each.name, label=each.label)
            for each in Attribute.objects.filter(name__in=named).order_by("name")
        ],
        routes={key: _named(route) for key, route in sorted(routes.items())},
        goals={
            each.pk: NamedGoal(name=each.name, score=each.score)
            for each in Goal.objects.filter(pk__in=document.goals)
        },
        documents={
            each.pk: NamedPdf(name=each.name, address=each.address)
            for each in Pdf.objects.filter(pk__in=document.pdfs)
        },
        flows={each.pk: each.name for each in Dialogue.objects.filter(pk__in=document.flows)},
        document=document,
    )


def as_file(exported):
    return msgspec.json.format(msgspec.json.encode(exported), indent=2)


def read(raw):
    """What the bytes of a file say. Raises ValueError in words that a form can show."""
    if len(raw) > LARGEST:
        raise ValueError("The file is larger than 1 MB.")
    try:
        data = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise ValueError("It is nested too deeply to be read.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError("This is no JSON file.") from None
    if not isinstance(data, dict) or data.get("parley") != "dialogue":
        raise ValueError("There is no dialogue of Parley in this file.")
    if isinstance(data.get("format"), int) and data["format"] > FORMAT:
        raise ValueError(
            f"A newer Parley has written it (format {data['format']}, and this one reads {FORMAT})."
        )
    return _converted(data)


def names_asked(document, audience):
    """The attributes that the document and the dialogue's audience name, in cards, conditions and tokens."""
    tokens = {name for card in document.cards() for words in card.words for name in names_in(words)}
    asked = conditions.read(audience).attributes if audience else []
    return document.attributes | tokens | set(asked)


def _converted(data):
    try:
        _look_at_words(data)
        exported = msgspec.convert(data, Exported, str_keys=True)
    except RecursionError:
        raise ValueError("It is nested too deeply to be read.") from None
    except msgspec.ValidationError as error:
        raise ValueError(f"It cannot be read as a dialogue: {error}") from None
    cards = list(exported.document.cards())
    if len(cards) > MOST_CARDS:
        raise ValueError(f"It has {len(cards)} cards; at most {MOST_CARDS} can be read.")
    if _depth(exported.document) > DEEPEST_BRANCH:
        raise ValueError(f"Its branches are nested more than {DEEPEST_BRANCH} deep.")
    for card in cards:
        _clean(card)
    return exported


def _look_at_words(data):
    """The database keeps no NUL, wherever it stands."""
    pending = [data]
    while pending:
        match pending.pop():
            case dict() as found:
                pending += [*found, *found.values()]
            case list() as found:
                pending += found
            case str() as text if "\0" in text:
                raise ValueError("There is a character in it that no text can have (NUL).")


def _depth(document):
    pending, deepest = [(document.start, 1)], 0
    while pending:
        branch, depth = pending.pop()
        deepest = max(deepest, depth)
        if branch.end:
            pending += [(opening.branch, depth + 1) for opening in branch.end.openings]
    return deepest


def _clean(card):
    if isinstance(card, MessageCard):
        card.html = rich_text.clean(card.html) if card.html else ""
        for words in card.translations.values():
            if words.get("html"):
                words["html"] = rich_text.clean(words["html"])


def _named(route):
    return NamedRoute(
        method=route.method,
        agent=route.agent.name if route.agent else "",
        team=route.team.name if route.team else "",
    )
