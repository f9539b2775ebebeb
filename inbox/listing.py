from django.db.models import F, Prefetch
from django.utils.functional import cached_property

from dialogues.models import Conversation, Message
from routing.clock import clock
from routing.models import Workspace

PAGE_LENGTH = 50


class Listing:
    """The list at the left: an agent's active conversations, or with them everybody's past ones."""

    def __init__(self, agent, *, tab="active", before=None, open=None):
        self.agent = agent
        self.tab = "all" if tab == "all" else "active"
        self.before = before
        # The key of the conversation that is open beside the list.
        self.open = open
        self.now = clock()

    @classmethod
    def asked_for(cls, request, *, open=None):
        before, opened = (request.GET.get(name, "") for name in ("before", "open"))
        return cls(
            request.agent,
            tab=request.GET.get("tab"),
            before=int(before) if before.isdecimal() and len(before) < 19 else None,
            open=open or (int(opened) if opened.isdecimal() and len(opened) < 19 else None),
        )

    @property
    def is_of_all(self):
        return self.tab == "all"

    @cached_property
    def conversations(self):
        return self._all[:PAGE_LENGTH] if self.is_of_all else self._active

    @cached_property
    def load(self):
        return Conversation.objects.active_of(self.agent).count() if self.is_of_all else len(self._active)

    @cached_property
    def limit(self):
        limits = [self.agent.chat_limit, Workspace.objects.get().chats_per_agent]
        return min(limit for limit in limits if limit)

    @property
    def older(self):
        """The key below which the next page begins, or None on the last."""
        if self.is_of_all and len(self._all) > PAGE_LENGTH:
            return self.conversations[-1].pk
        return None

    @cached_property
    def _active(self):
        # At most ten, and no index has what a message changes: so they are sorted here.
        active = _to_list(Conversation.objects.active_of(self.agent))
        return sorted(active, key=_last_moment, reverse=True)

    @cached_property
    def _all(self):
        visible = Conversation.objects.visible_to(self.agent).order_by("-pk")
        if self.before:
            visible = visible.filter(pk__lt=self.before)
        return list(_to_list(visible)[: PAGE_LENGTH + 1])


def _to_list(conversations):
    newest = Message.objects.filter(position=F("conversation__length"))
    return (
        conversations.with_presence()
        .select_related("visitor", "live_chat")
        .prefetch_related(Prefetch("messages", newest, to_attr="newest"))
    )


def _last_moment(conversation):
    return max(filter(None, [conversation.last_message_at, conversation.live_chat.accepted_at]))
