"""The cards that lead to agents: live chat and meeting booking."""

from django import forms

from dialogues.admin.card_forms.card_form import CardForm, text_field
from dialogues.admin.card_forms.choices import route_to, target_of
from dialogues.admin.card_forms.who_now import WhoNow
from routing.models import Agent, Method, Route, Team

METHODS = [
    (Method.ROUND_ROBIN, "Every agent in turn"),
    (Method.AGENT, "One chosen person"),
    (Method.TEAM, "In turn within the team"),
    (Method.CUSTOM_RULES, "First rule the visitor matches"),
]


class LiveChatForm(CardForm):
    method = forms.ChoiceField(label="Route the visitor to", choices=Method.choices, widget=forms.RadioSelect)
    agent = forms.TypedChoiceField(label="Agent", required=False, coerce=int, empty_value=None)
    team = forms.TypedChoiceField(label="Team", required=False, coerce=int, empty_value=None)
    connecting = text_field("While connecting, say")
    spoken = ("connecting",)
    template_name = "admin/dialogues/cards/live_chat.html"

    def prepare(self):
        self.fields["agent"].choices = self.choices.agents
        self.fields["team"].choices = self.choices.teams

    def read(self):
        route = self.route
        named = {"method": route.method, "agent": route.agent_id, "team": route.team_id}
        return named | {"connecting": self.card.connecting}

    def clean(self):
        given = super().clean()
        match given.get("method"):
            case Method.AGENT if not given.get("agent"):
                self.add_error("agent", "Choose the agent.")
            case Method.TEAM if not given.get("team"):
                self.add_error("team", "Choose the team.")
        return given

    def write(self, card):
        method, given = self.cleaned_data["method"], self.cleaned_data
        agent = Agent.objects.get(pk=given["agent"]) if method == Method.AGENT else None
        team = Team.objects.get(pk=given["team"]) if method == Method.TEAM else None
        card.route = Route.objects.to(method, agent=agent, team=team).pk
        card.connecting = given["connecting"]
        self.write_translations(card)

    @property
    def route(self):
        return self.choices.routes[self.card.route]

    @property
    def methods(self):
        """The buttons to choose the method by, each with what it means."""
        means = dict(METHODS)
        return [(each, means[each.data["value"]]) for each in self["method"]]

    @property
    def method_before(self):
        return self["method"].as_hidden(only_initial=True)

    @property
    def who_now(self):
        return WhoNow(self.route)


class MeetingForm(CardForm):
    route = forms.ChoiceField(label="Book a meeting with")
    text = text_field("Say before it")
    spoken = ("text",)
    template_name = "admin/dialogues/cards/meeting.html"

    def prepare(self):
        self.fields["route"].choices = self.choices.targets

    def read(self):
        return {"route": target_of(self.choices.routes[self.card.route]), "text": self.card.text}

    def write(self, card):
        card.route, card.text = route_to(self.cleaned_data["route"]).pk, self.cleaned_data["text"]
        self.write_translations(card)
