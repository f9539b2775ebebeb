"""The fields of each card, and of a card to add."""

from django import forms

from dialogues.answers import LONGEST_ANSWER
from dialogues.document import (
    CaptureCard,
    LiveChatCard,
    MessageCard,
    QuestionCard,
    Response,
)
from dialogues.editing import set_responses
from dialogues.models import Attribute
from dialogues.models.message import LONGEST_MESSAGE
from routing.models import Agent, Method, Route, Team

CAPTURE_TYPES = [("text", "Text"), ("email", "Email address"), ("phone", "Phone number")]
KINDS = {
    "message": "Message",
    "question": "Question",
    "capture": "Information capture",
    "live_chat": "Live chat",
}


class Choices:
    """What a card can name, read once for the whole page."""

    def __init__(self, document):
        permitted = set(Agent.objects.permitted().values_list("pk", flat=True))
        agents = Agent.objects.select_related("user").order_by("name", "pk")
        self.agents = [("", "–"), *((agent.pk, _marked(agent, permitted)) for agent in agents)]  # noqa: RUF001
        self.teams = [("", "–"), *Team.objects.values_list("pk", "name")]  # noqa: RUF001
        self.attributes = list(Attribute.objects.values_list("name", "label"))
        named = {card.route for card in document.cards() if isinstance(card, LiveChatCard)}
        self.routes = Route.objects.select_related("agent", "team").in_bulk(named)


def _marked(agent, permitted):
    if not agent.user.is_active:
        return f"{agent.name} (deactivated)"
    return agent.name if agent.pk in permitted else f"{agent.name} (without the permission Live Chat)"


def text_field(label, *, rows=2, **options):
    widget = forms.Textarea(attrs={"rows": rows, "cols": 60})
    return forms.CharField(label=label, required=False, max_length=LONGEST_MESSAGE, widget=widget, **options)


class CardForm(forms.Form):
    """A card's fields, named after its id. Hidden beside each is what it said when the page was made."""

    def __init__(self, card, choices, data=None):
        self.card, self.choices = card, choices
        super().__init__(data, prefix=card.id, initial=self.read())
        for field in self.fields.values():
            field.show_hidden_initial = True

    def read(self):
        return {name: getattr(self.card, name) for name in self.base_fields}

    def write(self, card):
        for name, value in self.cleaned_data.items():
            setattr(card, name, value)


class MessageForm(CardForm):
    text = text_field("Text")


class QuestionForm(CardForm):
    text = text_field("Question")
    responses = text_field("Responses, one a line", rows=3)
    attribute = forms.ChoiceField(label="Keep the answer as", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["attribute"].choices = [("", "not kept"), *self.choices.attributes]

    def read(self):
        return super().read() | {"responses": "\n".join(response.text for response in self.card.responses)}

    def clean_responses(self):
        texts = [" ".join(line.split()) for line in self.cleaned_data["responses"].splitlines()]
        texts = [text for text in texts if text]
        if any(len(text) > LONGEST_ANSWER for text in texts):
            raise forms.ValidationError(f"A response has at most {LONGEST_ANSWER} characters.")
        return texts

    def write(self, card):
        card.text, card.attribute = self.cleaned_data["text"], self.cleaned_data["attribute"]
        set_responses(card, self.cleaned_data["responses"])


class CaptureForm(CardForm):
    question = text_field("Question")
    type = forms.ChoiceField(label="Kind of answer", choices=CAPTURE_TYPES)
    attribute = forms.ChoiceField(label="Keep the answer as")
    placeholder = forms.CharField(label="Placeholder", required=False, max_length=80)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["attribute"].choices = self.choices.attributes


class LiveChatForm(CardForm):
    method = forms.ChoiceField(label="Route the visitor to", choices=Method.choices)
    agent = forms.TypedChoiceField(label="Agent", required=False, coerce=int, empty_value=None)
    team = forms.TypedChoiceField(label="Team", required=False, coerce=int, empty_value=None)
    connecting = text_field("While connecting, say")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agent"].choices = self.choices.agents
        self.fields["team"].choices = self.choices.teams

    def read(self):
        route = self.choices.routes[self.card.route]
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


def form_for(card, choices, data=None):
    match card:
        case MessageCard():
            form = MessageForm
        case QuestionCard():
            form = QuestionForm
        case CaptureCard():
            form = CaptureForm
        case LiveChatCard():
            form = LiveChatForm
    names = [f"{card.id}-{name}" for name in form.base_fields]
    # A card that is not in what was sent stays as it is.
    return form(card, choices, data if data and all(name in data for name in names) else None)


class AddForm(forms.Form):
    """A card for a branch: what it is, what it says, and where it goes."""

    kind = forms.ChoiceField(label="Card", choices=KINDS.items())
    text = text_field("What it says", rows=1)
    place = forms.TypedChoiceField(label="Place", coerce=int)

    def __init__(self, opener, places, *, first_free, data=None):
        """Whatever button was pressed, what was typed here stays; only this branch's own reads it."""
        data, prefix = data or {}, f"add-{opener}"
        typed = {name: data[f"{prefix}-{name}"] for name in self.base_fields if f"{prefix}-{name}" in data}
        is_pressed = data.get("do") == f"add:{opener}"
        super().__init__(data if is_pressed else None, prefix=prefix, initial={"place": first_free} | typed)
        self.fields["place"].choices = places

    def card(self):
        text = self.cleaned_data["text"]
        match self.cleaned_data["kind"]:
            case "message":
                return MessageCard(text=text)
            case "question":
                return QuestionCard(text=text, responses=[Response(text="Yes"), Response(text="No")])
            case "capture":
                return CaptureCard(question=text, attribute=Attribute.objects.first().name)
            case "live_chat":
                return LiveChatCard(route=Route.objects.to(Method.ROUND_ROBIN).pk, connecting=text)
