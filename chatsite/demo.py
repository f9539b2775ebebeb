"""The demo: four people, a team and a dialogue, so that a newcomer can chat with themselves."""

from django.contrib.auth.models import Permission, User
from django.db import transaction

from chatsite.accounts import DEMO_PASSWORD, DEMO_USERNAMES
from dialogues.document import (
    Branch,
    CaptureCard,
    Document,
    LiveChatCard,
    MessageCard,
    QuestionCard,
    Response,
)
from dialogues.models import Dialogue, Stream
from routing.models import Agent, Method, Plan, Route, Team, Workspace

AGENTS = ["alice", "bob", "carol"]
ON_SALES = ["alice", "bob"]
MANAGER = "max"


@transaction.atomic
def make_demo():
    """Makes it once, and says whether it did. What people have changed since stays as they left it."""
    workspace = Workspace.objects.lock().get()
    if User.objects.filter(username__in=DEMO_USERNAMES).exists():
        return False
    agents = {username: _hire(username) for username in AGENTS}
    User.objects.create_superuser(MANAGER, _address(MANAGER), DEMO_PASSWORD, first_name=MANAGER.title())
    sales, _ = Team.objects.get_or_create(name="Sales")
    sales.members.add(*(agents[username] for username in ON_SALES))
    workspace.name, workspace.plan = "Acme", Plan.PRIME
    workspace.save()
    _publish(Route.objects.to(Method.TEAM, team=sales))
    return True


def _hire(username):
    user = User.objects.create_user(username, _address(username), DEMO_PASSWORD, first_name=username.title())
    user.user_permissions.add(Permission.objects.get(codename="receive_live_chats"))
    return Agent.of(user)


def _address(username):
    return f"{username}@acme.example"


def _publish(route):
    dialogue, is_new = Dialogue.objects.get_or_create(name="Talk to us", defaults={"priority": 1})
    if is_new:
        stream = Stream.draft_of(dialogue)
        stream.write(_document(route))
        stream.publish(by=User.objects.get(username=MANAGER))


def _document(route):
    yes = Branch(
        cards=[
            CaptureCard(question="First name", attribute="first_name"),
            CaptureCard(question="Email", attribute="email", type="email"),
        ],
        end=LiveChatCard(route=route.pk, connecting="One moment, I'm finding someone for you…"),
    )
    no = Branch(cards=[MessageCard(text="No problem, we are here when you need us.")])
    question = QuestionCard(
        text="Would you like to talk to someone from our team?",
        responses=[Response(text="Yes, please", branch=yes), Response(text="Just looking", branch=no)],
    )
    return Document(start=Branch(end=question))
