"""Visitors in live chats with agents, made by the product's own models."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from dialogues.document import Branch, Document, LiveChatCard, QuestionCard, Response
from dialogues.models import Conversation, Dialogue, Stream, Visitor
from routing.clock import clock
from routing.models import Agent, AgentPresence, Method, Route

CHATS_PER_AGENT = 10


@dataclass
class Chat:
    conversation: int
    length: int  # what was said before the bench
    token: str
    agent: int
    cookie: str


def make_chats(number) -> list[Chat]:
    """An empty installation with this many active live chats, ten to each agent."""
    empty()
    chats = []
    with transaction.atomic():
        for place in range(number // CHATS_PER_AGENT):
            agent = hire(f"agent-{place}")
            cookie = sign_in(agent.user)
            stream = publish(Route.objects.to(Method.AGENT, agent=agent), name=agent.name)
            for _ in range(CHATS_PER_AGENT):
                visitor = Visitor.objects.create()
                conversation = Conversation.start(visitor, stream)
                conversation.answer("talk", "yes")
                conversation.request_live_chat()
                conversation.live_chat.accept(agent)
                conversation.refresh_from_db()
                chats.append(Chat(conversation.pk, conversation.length, visitor.token, agent.pk, cookie))
    return chats


def empty():
    """A new installation, in place of whatever there was."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0)


@transaction.atomic
def hire_up_to(number):
    """Agents, all available, until there are so many; and all of them."""
    for place in range(Agent.objects.count(), number):
        hire(f"agent-{place}")
    return Agent.objects.select_related("user").order_by("pk")


def hire(name):
    user = User.objects.create(username=name)
    user.user_permissions.add(Permission.objects.get(codename="receive_live_chats"))
    agent = Agent.of(user)
    agent.switch(available=True)
    # As if their page were open: whoever cannot be reached is asked nothing.
    AgentPresence.objects.create(agent=agent, until=clock() + timedelta(days=1))
    return agent


def sign_in(user):
    browser = Client()
    browser.force_login(user)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())


def publish(route, *, name):
    """A stream that leads to the agent with one answer."""
    yes = Branch(end=LiveChatCard(id="chat", route=route.pk))
    question = QuestionCard(
        id="talk", text="Would you like to talk?", responses=[Response(id="yes", text="Yes", branch=yes)]
    )
    stream = Stream.draft_of(Dialogue.objects.create(name=name))
    stream.write(Document(start=Branch(end=question)))
    stream.publish()
    return stream
