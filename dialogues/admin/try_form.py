"""What is asked of somebody who tries the routing."""

from datetime import UTC

from django import forms

from dialogues.admin.cards import live_chat_cards
from dialogues.models import Attribute
from routing.dry_run import ByHand, DryRun, Hand
from routing.facts import FACTS
from routing.models import Agent, CustomRule, Method, Route, Team, Workspace
from routing.models.workspace import MOST_CHATS_PER_AGENT
from routing.pools import Pools

LONGEST_VALUE = 2000
# Everybody else is set in one field.
AGENTS_BY_HAND = 50


class Choices:
    """What can be tried: live chat cards, or routing options as such."""

    def __init__(self):
        self.cards = {card.key: card for card in live_chat_cards()}
        self.routes = {
            "round-robin": Route(method=Method.ROUND_ROBIN),
            "custom-rules": Route(method=Method.CUSTOM_RULES),
            **{f"team-{team.pk}": Route(method=Method.TEAM, team=team) for team in Team.objects.all()},
        }

    @property
    def groups(self):
        """Pairs of a heading, and pairs of a key and a name."""
        return [
            ("Live chat cards", [(key, str(card)) for key, card in self.cards.items()]),
            ("Routing options", [(key, str(route)) for key, route in self.routes.items()]),
        ]

    def find(self, key):
        """The route of what was chosen, and the fallback message that its dialogue names. Raises KeyError."""
        if key in self.cards:
            return self.cards[key].route, self.cards[key].dialogue.fallback_message
        return self.routes[key], None


class TryForm(forms.Form):
    moment = forms.DateTimeField(
        required=False,
        label="When (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Empty: now. At another moment, who is available by their hours is taken to have a page open.",
    )
    others = forms.ChoiceField(
        choices=Hand.choices,
        required=False,
        label="Everybody",
        help_text="Unless something else stands below.",
    )

    def __init__(self, route, fallback, *, find="", data=None):
        super().__init__(data)
        self.route, self.fallback = route, fallback
        self.labels = {each.name: each.label for each in Attribute.objects.all()} | FACTS
        for name, label in self.labels.items():
            self.fields[f"known-{name}"] = forms.CharField(
                required=False, max_length=LONGEST_VALUE, label=label
            )
        found = [agent for agent in self._pool if find.casefold() in agent.name.casefold()]
        self.agents, self.count = found[:AGENTS_BY_HAND], len(found)
        for agent in self.agents:
            self._add_fields_of(agent)

    @property
    def known(self):
        return [self[f"known-{name}"] for name in self.labels]

    @property
    def hands(self):
        """Each agent with the fields for their state and the number of their chats."""
        return [(agent, self[f"hand-{agent.pk}"], self[f"chats-{agent.pk}"]) for agent in self.agents]

    @property
    def is_by_hand(self):
        """Whether somebody is set by hand, or found to be."""
        fields = [field for _, hand, chats in self.hands for field in (hand, chats)]
        return len(self.agents) < self.count or any(field.value() or field.errors for field in fields)

    def clean_moment(self):
        moment = self.cleaned_data["moment"]
        if moment and not 2000 <= moment.year <= 2100:
            raise forms.ValidationError("Choose a moment between 2000 and 2100.")
        return moment and moment.astimezone(UTC)

    def run(self):
        given = self.cleaned_data
        known = {name: given[f"known-{name}"] for name in self.labels}
        return DryRun(
            self.route,
            attributes={name: value for name, value in known.items() if value},
            fallback=self.fallback,
            moment=given["moment"],
            others=Hand(given["others"]),
            by_hand=self._by_hand(given),
        )

    def _by_hand(self, given):
        by_hand = {}
        for agent in self.agents:
            hand, chats = given[f"hand-{agent.pk}"], given[f"chats-{agent.pk}"]
            if hand or chats is not None:
                by_hand[agent.pk] = ByHand(Hand(hand or given["others"]), chats)
        return by_hand

    def _add_fields_of(self, agent):
        self.fields[f"hand-{agent.pk}"] = forms.ChoiceField(
            choices=[("", "–"), *Hand.choices[1:]],  # noqa: RUF001
            required=False,
            widget=forms.Select(attrs={"aria-label": f"State of {agent.name}"}),
        )
        self.fields[f"chats-{agent.pk}"] = forms.IntegerField(
            required=False,
            min_value=0,
            max_value=MOST_CHATS_PER_AGENT,
            widget=forms.NumberInput(
                attrs={"aria-label": f"Chats of {agent.name}", "placeholder": agent.load}
            ),
        )

    @property
    def _pool(self):
        """Who may be asked by the option, in turn; then who may be asked before or after it."""
        workspace = Workspace.objects.get()
        by_option = set(self._by_option().values_list("pk", flat=True))
        others = workspace.overflow or workspace.routes_accounts
        agents = Pools().agents
        pool = [agent for agent in agents if agent.pk in by_option]
        return pool + [agent for agent in agents if others and agent.pk not in by_option]

    def _by_option(self):
        match self.route.method:
            case Method.AGENT:
                return Agent.objects.filter(pk=self.route.agent_id)
            case Method.TEAM:
                return Agent.objects.filter(teams=self.route.team)
            case Method.CUSTOM_RULES:
                pools = [rule.pool.values_list("pk", flat=True) for rule in CustomRule.objects.all()]
                return Agent.objects.filter(pk__in={pk for pool in pools for pk in pool})
            case _:
                return Agent.objects.permitted()
