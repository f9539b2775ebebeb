"""A conversation as a plain text, to keep."""

from django.utils import timezone
from django.utils.text import slugify

from dialogues.models import Author
from routing.models import Agent


def as_text(conversation):
    """Every message with its time and who said it, in the zone that is in force."""
    names = _names(conversation)
    began = timezone.localtime(conversation.started_at)
    head = [
        f"Conversation with {conversation.visitor.name}",
        f"Dialogue: {conversation.stream.dialogue.name}",
        f"Page: {conversation.page or 'not known'}",
        f"Agent: {conversation.live_chat.agent_name}",
        f"Began: {began:%Y-%m-%d %H:%M} (times are in {timezone.get_current_timezone_name()})",
        "",
    ]
    return "\n".join(head + [_line(message, names) for message in conversation.messages.all()]) + "\n"


def file_name(conversation):
    who = slugify(conversation.visitor.name) or "visitor"
    return f"{who[:40]}-{timezone.localtime(conversation.started_at):%Y-%m-%d}-{conversation.pk}.txt"


def _names(conversation):
    agents = conversation.messages.filter(author=Author.AGENT).values("author_id")
    names = {(Author.AGENT, agent.pk): agent.name for agent in Agent.objects.filter(pk__in=agents)}
    live_chat = conversation.live_chat
    # The name the visitor saw, even if the agent has taken another since.
    names[Author.AGENT, live_chat.agent_id] = live_chat.agent_name
    names[Author.VISITOR, conversation.visitor_id] = conversation.visitor.name
    return names


def _line(message, names):
    at = timezone.localtime(message.created_at)
    body = "\n".join(message.body.splitlines())
    if message.author != Author.SYSTEM:
        body = f"{names.get((message.author, message.author_id), 'Automated dialogue')}: {body}"
    # Later lines are set in, so that no message can pass for another person's.
    return f"{at:%Y-%m-%d %H:%M:%S}  " + body.replace("\n", "\n                     ")
