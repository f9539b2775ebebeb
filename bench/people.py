"""Visitors in live chats with agents, made by the product's own models."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from dialogues.document import Branch, Document, LiveChatCard, QuestionCard, Response
from dialogues.models import Conversation, Dialogue, Stream, Visitor
from routing.models import Agent, Method, Route

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
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
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


def hire(name):
    user = User.objects.create(username=name)
    user.user_permissions.add(Permission.objects.get(codename="receive_live_chats"))
    agent = Agent.of(user)
    agent.switch(available=True)
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
