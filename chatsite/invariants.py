"""What is always so, as far as no constraint of the database can hold it by itself.

Each invariant is a sentence, the rows of which it does not hold, and, where that is safe, the verb that mends such a
row. A verb looks for itself, under its lock: called for nothing, or by two at once, it does nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q, QuerySet

from chatsite.due import KINDS
from dialogues.models import Conversation
from routing.clock import Now, clock
from routing.models import Agent, LiveChat, Workspace
from routing.models.workspace import MOST_CHATS_PER_AGENT

# The clock needs two seconds at most; a mail server may be slow, or away for a while.
OVERDUE_AFTER = {"deadlines": timedelta(seconds=5), "default": timedelta(minutes=5)}
MOST_ROWS = 100


@dataclass(frozen=True)
class Invariant:
    """`broken` are the rows of which the sentence does not hold; without a `repair` a person must look at them."""

    sentence: str
    broken: Callable[[], QuerySet]
    repair: Callable | None = None
    key: str = "pk"
    # A row that is not the same here at the second look is another case, and may be as new as the first was.
    same: tuple[str, ...] = ()
    # What is not a fault, but worth knowing.
    is_notice: bool = False

    def rows(self):
        """The key of each broken row, with what tells one case from the next; the oldest first."""
        rows = self.broken().order_by(self.key).values_list(self.key, *self.same)
        return list(rows[:MOST_ROWS])

    @property
    def kind_of_rows(self):
        if self.key != "pk":
            return self.key.replace("_", " ")
        return str(self.broken().model._meta.verbose_name)


def _over_the_ceiling():
    return Agent.objects.with_load().filter(load__gt=MOST_CHATS_PER_AGENT)


def _over_their_limit():
    return Agent.objects.with_load().with_limit(Workspace.objects.get()).filter(load__gt=F("limit"))


def _settled_otherwise():
    """Not those whose next change is due: the clock has them."""
    agents, now = Agent.objects.prefetch_related("hours_blocks", "hours_exceptions"), clock()
    settled = agents.exclude(settle_at__lte=now)
    return Agent.objects.filter(pk__in=[agent.pk for agent in settled if not agent.is_settled_as_of(now)])


def _overdue(kind):
    just_now = {f"{kind.deadline}__range": (Now() - OVERDUE_AFTER[kind.queue], Now())}
    return lambda: kind.due().exclude(Q(**just_now))


IN_TIME = {
    "expire_offer": "An offer is closed when its time is up, or its agent is gone.",
    "hand_back": "An active live chat has an agent who can see it, or is handed back.",
    "request_live_chat": "Whoever stands on a live chat card is being connected with an agent.",
    "end_if_idle": "A quiet live chat is looked at when that is due.",
    "end_visitor_presence": "A visitor who closed the chat has left.",
    "end_agent_presence": "An agent who closed the inbox is not taken to be there.",
    "publish_stream": "A draft that is to be published at a moment is.",
    "settle_agent": "An agent's availability changes when their hours or the switch say so.",
    "send_failed_action": "Mails about missed live chats are sent within minutes, or put off.",
    "send_password_link": "Mails to set a password are sent within minutes, or put off.",
}

INVARIANTS = [
    Invariant(
        "A live chat that waits is offered to somebody.",
        lambda: LiveChat.objects.forgotten(),
        repair=lambda pk: LiveChat.objects.get(pk=pk).look_again(),
    ),
    Invariant(
        "A live chat that does not wait is offered to nobody.",
        lambda: LiveChat.objects.still_offered(),
        repair=lambda pk: LiveChat.objects.get(pk=pk).look_again(),
    ),
    *[
        Invariant(
            IN_TIME.get(kind.job.__name__, f"What is due for {kind.job.__name__} is done in time."),
            _overdue(kind),
            repair=kind.job,
            key=kind.key,
            same=(kind.deadline,),
        )
        for kind in KINDS
    ],
    Invariant(
        "An open conversation knows what became of its live chat, and who may write.",
        lambda: Conversation.objects.behind(),
        repair=lambda pk: Conversation.objects.get(pk=pk).catch_up(),
    ),
    Invariant(
        "A conversation does not end before its live chat.", lambda: Conversation.objects.ended_too_early()
    ),
    Invariant(
        "A conversation is as long as the position of its last message.",
        lambda: Conversation.objects.miscounted(),
    ),
    Invariant(
        "Who takes chats now is what hours and switch say.",
        _settled_otherwise,
        repair=lambda pk: Agent.objects.get(pk=pk).settle(),
    ),
    Invariant(f"Nobody has more than {MOST_CHATS_PER_AGENT} chats.", _over_the_ceiling),
    # A manager may set a limit below what somebody has: they are asked for no more until it holds.
    Invariant("Nobody has more chats than their limit.", _over_their_limit, is_notice=True),
]
