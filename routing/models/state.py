"""The states of a live chat, and the reasons for its end."""

from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    OFFERED = "offered", "Waiting for an agent"
    ACTIVE = "active", "Active"
    ENDED = "ended", "Ended"
    FELL_BACK = "fell_back", "Fell back"


OPEN = [State.OFFERED, State.ACTIVE]
WAITING = Q(state=State.OFFERED) | Q(state=State.ACTIVE, handed_back_at__isnull=False)


class Because(models.TextChoices):
    """Why a live chat ended, or fell back."""

    AGENT = "agent", "The agent ended it"
    VISITOR = "visitor", "The visitor ended it"
    IDLE = "idle", "Nobody wrote for ten minutes"
    LEFT_ALONE = "alone", "Its agent left, and nobody took over"
    CANCELLED = "cancelled", "The visitor stopped waiting"
    NOBODY = "nobody", "Nobody could be asked"
    MISSED = "missed", "Nobody accepted"
    NO_RULE = "no_rule", "No custom rule matched"
    PLAN = "plan", "The plan does not include it"


TALKED = [Because.AGENT, Because.VISITOR, Because.IDLE, Because.LEFT_ALONE]
FAILED = [Because.NOBODY, Because.MISSED, Because.NO_RULE, Because.PLAN]
