"""A dialogue from a file becomes one of ours: what it names is looked up by name, and what does not fit is said."""

from functools import cached_property

from django.db import transaction

from dialogues.cards import FlowCard, GoalCard, MeetingCard, PdfCard
from dialogues.document import NOTHING, ConditionalCard, Document, LiveChatCard
from dialogues.exchange import SHOWN, names_asked
from dialogues.models import Attribute, Dialogue, Goal, Pdf, Stream
from dialogues.models.draft import Steps
from routing.facts import FACTS
from routing.models import Agent, Method, Route, Team


class TakingIn:
    """`routes` has, by the file's keys, other ways to route than it names, as pairs of a method and an agent's or a
    team's key; `makes` are the kinds of rows that are made where they are missing."""

    def __init__(self, exported, *, routes=None, makes=()):
        self.exported, self.makes = exported, set(makes)
        self._chosen = routes or {}

    # What does not fit

    @cached_property
    def unknown_routes(self):
        """By key, what the file calls them, or nothing where it does not say."""
        named = self.exported.routes
        return {
            key: str(named[key]) if key in named else ""
            for key in sorted(self.exported.document.routes)
            if key not in named or self._route(named[key]) is None
        }

    @cached_property
    def missing_attributes(self):
        there = set(Attribute.objects.values_list("name", flat=True)) | set(FACTS)
        return [each for each in self.exported.attributes if each.name not in there]

    @cached_property
    def undescribed_attributes(self):
        """Names that cards use, of which neither we nor the file know anything."""
        there = set(Attribute.objects.values_list("name", flat=True)) | set(FACTS)
        there |= {each.name for each in self.exported.attributes}
        return sorted(names_asked(self.exported.document, self.exported.shown.audience) - there - {""})

    @cached_property
    def missing_goals(self):
        return self._missing(self.exported.goals, Goal, self.exported.document.goals)

    @cached_property
    def missing_documents(self):
        return self._missing(self.exported.documents, Pdf, self.exported.document.pdfs)

    @cached_property
    def missing_flows(self):
        names = {key: self.exported.flows.get(key, "") for key in self.exported.document.flows}
        there = set(
            Dialogue.objects.filter(is_flow=True, name__in=names.values()).values_list("name", flat=True)
        )
        return [name for name in names.values() if name not in there]

    @property
    def fits(self):
        missing = [self.missing_attributes, self.missing_goals, self.missing_documents, self.missing_flows]
        return not any([self.unknown_routes, self.undescribed_attributes, *missing])

    # What becomes of it

    @transaction.atomic
    def make(self, *, name, by=None):
        """A new dialogue whose draft says it."""
        exported = self.exported
        dialogue = Dialogue(
            name=name,
            description=exported.description,
            is_flow=exported.is_flow,
            priority=exported.priority,
            **{each: getattr(exported.shown, each) for each in SHOWN},
        )
        dialogue.full_clean()
        dialogue.save()
        return self.write(dialogue, by=by)

    @transaction.atomic
    def write(self, dialogue, *, by=None):
        """Makes it what the dialogue's draft says, by a step that can be undone. Who sees it stays as it is."""
        self._make_what_is_missing()
        draft = Stream.draft_of(dialogue)
        Steps(draft).take(self._with_our_keys(), words=f"Imported “{self.exported.name}”", by=by)
        return dialogue

    def _with_our_keys(self):
        document = Document.load(self.exported.document.dump())
        routes = {key: self._our_route(key) for key in document.routes}
        goals = self._ours(self.exported.goals, Goal.objects)
        pdfs = self._ours(self.exported.documents, Pdf.objects)
        flows = self._ours(self.exported.flows, Dialogue.objects.filter(is_flow=True))
        for card in document.cards():
            match card:
                case LiveChatCard() | MeetingCard():
                    card.route = routes[card.route]
                case ConditionalCard():
                    for case in card.cases:
                        case.route = routes[case.route] if case.route else None
                case GoalCard():
                    card.goal = goals.get(card.goal, NOTHING)
                case PdfCard():
                    card.pdf = pdfs.get(card.pdf, NOTHING)
                case FlowCard():
                    card.flow = flows.get(card.flow, NOTHING)
        return document

    def _our_route(self, key):
        named = self.exported.routes.get(key)
        found = named and self._route(named)
        method, row = self._chosen.get(key, (Method.ROUND_ROBIN, None)) if found is None else found
        agent = Agent.objects.get(pk=row) if method == Method.AGENT else None
        team = Team.objects.get(pk=row) if method == Method.TEAM else None
        return Route.objects.to(method, agent=agent, team=team).pk

    @staticmethod
    def _route(named):
        """A pair of the method and the key of the agent or the team; None if there is none of this name, or more."""
        match named.method:
            case "agent":
                keys = Agent.objects.filter(name=named.agent).values_list("pk", flat=True)[:2]
            case "team":
                keys = Team.objects.filter(name=named.team).values_list("pk", flat=True)[:2]
            case _:
                return named.method, None
        return (named.method, keys[0]) if len(keys) == 1 else None

    def _make_what_is_missing(self):
        if "attributes" in self.makes:
            for each in self.missing_attributes:
                self._checked(Attribute(name=each.name, label=each.label))
        if "goals" in self.makes:
            for each in self.missing_goals:
                self._checked(Goal(name=each.name, score=each.score))
        if "documents" in self.makes:
            for each in self.missing_documents:
                # Of an uploaded one there is nothing to show here.
                if each.address:
                    self._checked(Pdf(name=each.name, address=each.address))

    @staticmethod
    def _checked(row):
        row.full_clean()
        row.save()

    @staticmethod
    def _missing(named, model, keys):
        wanted = {each.name: each for key, each in named.items() if key in keys}
        there = set(model.objects.filter(name__in=wanted).values_list("name", flat=True))
        return [each for name, each in wanted.items() if name not in there]

    @staticmethod
    def _ours(named, rows):
        """Our keys by those of the file, of what is there by its name."""
        names = {key: getattr(each, "name", each) for key, each in named.items()}
        ours = dict(rows.filter(name__in=names.values()).values_list("name", "pk"))
        return {key: ours[name] for key, name in names.items() if name in ours}
