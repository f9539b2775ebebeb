"""What a card can name."""

from functools import cached_property

from django.utils.translation import get_language_info

from dialogues.linter import Names, may_end_in_live_chat
from dialogues.models import Appearance, Attribute, Dialogue, Goal, Pdf, Stream
from routing.facts import FACTS
from routing.models import Agent, Method, Route, Team

NOTHING = ("", "Choose…")
GONE = "{name} (no longer exists)"


class Choices:
    """Each is read when a form first asks for it, and once for the whole page."""

    def __init__(self, document):
        self.document = document
        self.first = next((card.id for card in document.start.from_card(0)), "")

    @cached_property
    def languages(self):
        """Codes and names of the languages beyond the first, which the cards themselves are written in."""
        return {code: _name_of(code) for code in Appearance.objects.get().languages[1:]}

    @cached_property
    def attributes(self):
        return list(Attribute.objects.values_list("name", "label"))

    def attributes_and(self, *named):
        """With those that a card names already, whether they exist or not."""
        known = dict(self.attributes)
        return [*self.attributes, *((name, GONE.format(name=name)) for name in named if name not in known)]

    @cached_property
    def labels(self):
        return dict(self.attributes) | FACTS

    @cached_property
    def agents(self):
        permitted = set(Agent.objects.permitted().values_list("pk", flat=True))
        agents = Agent.objects.select_related("user").order_by("name", "pk")
        return [NOTHING, *((agent.pk, _marked(agent, permitted)) for agent in agents)]

    @cached_property
    def teams(self):
        return [NOTHING, *Team.objects.values_list("pk", "name")]

    @cached_property
    def routes(self):
        return Route.objects.select_related("agent", "team__fallback_message").in_bulk(self.document.routes)

    @cached_property
    def targets(self):
        """Every routing option as one choice; see `Target`."""
        return [
            (Method.ROUND_ROBIN.value, "Everybody by round robin"),
            (Method.CUSTOM_RULES.value, "Custom rules"),
            ("Teams", [(f"{Method.TEAM}-{key}", name) for key, name in self.teams[1:]]),
            ("Agents", [(f"{Method.AGENT}-{key}", name) for key, name in self.agents[1:]]),
        ]

    @cached_property
    def goals(self):
        return list(Goal.objects.values_list("pk", "name"))

    @cached_property
    def pdfs(self):
        return list(Pdf.objects.values_list("pk", "name"))

    @cached_property
    def flows(self):
        flows = dict(Dialogue.objects.filter(is_flow=True).order_by("name").values_list("pk", "name"))
        live = {key: Stream.objects.live_of(key) for key in flows}
        names = Names(flows={key: stream.read() for key, stream in live.items() if stream})
        return [(key, _flow(name, names.flows.get(key), names)) for key, name in flows.items()]


def target_of(route):
    """A routing option as it stands in `Choices.targets`."""
    return "-".join(str(part) for part in (route.method, route.agent_id or route.team_id) if part)


def route_to(target):
    """The route of one of `Choices.targets`."""
    method, _, key = target.partition("-")
    agent = Agent.objects.get(pk=key) if method == Method.AGENT else None
    team = Team.objects.get(pk=key) if method == Method.TEAM else None
    return Route.objects.to(method, agent=agent, team=team)


def _flow(name, document, names):
    if document is None:
        return f"{name} (not published)"
    return f"{name} (may end in a live chat)" if may_end_in_live_chat(document, names) else name


def _marked(agent, permitted):
    if not agent.user.is_active:
        return f"{agent.name} (deactivated)"
    return agent.name if agent.pk in permitted else f"{agent.name} (without the permission Live Chat)"


def _name_of(code):
    try:
        return get_language_info(code)["name_local"].capitalize()
    except KeyError:
        return code
