"""Reads for the sockets: who connects, pages of messages, and what a beat says."""

from functools import cache

import psycopg
from msgspec import Struct
from psycopg_pool import AsyncConnectionPool

from dialogues.live.database import connection_parameters
from dialogues.live.frames import PAGE
from routing.models import Agent

VISITOR = """
SELECT v.id, c.id, c.length, visitor_revision(v.id) FROM dialogues_visitor v
LEFT JOIN LATERAL (SELECT * FROM dialogues_conversation WHERE visitor_id = v.id ORDER BY id DESC LIMIT 1) c ON true
WHERE v.key = %s
"""
VISITORS = """
SELECT v, c.id, c.length, visitor_revision(v) FROM unnest(%s::bigint[]) v
LEFT JOIN LATERAL (SELECT * FROM dialogues_conversation WHERE visitor_id = v ORDER BY id DESC LIMIT 1) c ON true
"""
# Each user with the session they came with; the right is asked of the very queryset that routing goes by.
AGENTS = """
SELECT a.id, agent_revision(a.id),
  (SELECT coalesce(json_object_agg(c.id, c.length), '{{}}') FROM routing_livechat l
    JOIN dialogues_conversation c ON c.live_chat_id = l.id WHERE l.agent_id = a.id AND l.state = 'active'),
  EXISTS (SELECT FROM django_session WHERE session_key = x.session AND expire_date > clock_timestamp()),
  u.password, coalesce(a.id IN ({permitted}), false)
FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY x(user_id, session, n)
LEFT JOIN auth_user u ON u.id = x.user_id LEFT JOIN routing_agent a ON a.user_id = x.user_id ORDER BY n
"""
MESSAGES = """
SELECT m.position, m.client_id, m.author, m.body, m.created_at, m.html FROM dialogues_message m
WHERE m.conversation_id = %(conversation)s AND m.position > %(after)s AND EXISTS ({right})
ORDER BY m.position LIMIT %(limit)s
"""
RIGHTS = {
    "visitor": "SELECT FROM dialogues_conversation c WHERE c.id = %(conversation)s AND c.visitor_id = %(person)s",
    "agent": """
      SELECT FROM dialogues_conversation c JOIN routing_livechat l ON l.id = c.live_chat_id
      WHERE c.id = %(conversation)s AND l.accepted_at IS NOT NULL
        AND (l.state = 'ended' OR l.agent_id = %(person)s)""",
}
OTHER_SIDE = {
    "visitor": "SELECT live_agent_id FROM dialogues_conversation WHERE id = %s AND visitor_id = %s",
    "agent": "SELECT visitor_id FROM dialogues_conversation WHERE id = %s AND live_agent_id = %s",
}
PAGE_FIELDS = ("position", "id", "author", "body", "at", "html")


class AgentRow(Struct):
    """An agent as they are now. A session whose password is another than at sign-in is over."""

    key: int | None
    revision: str | None
    lengths: dict
    is_signed_in: bool
    password: str | None
    is_permitted: bool


class Reader:
    def __init__(self):
        parameters = connection_parameters()
        # The one thing these connections write is who is here, and the next beat writes it again.
        parameters["options"] += " -c synchronous_commit=off"
        self._pool = AsyncConnectionPool(
            kwargs=parameters, min_size=1, max_size=4, open=False, check=None, timeout=5
        )
        self._opened = False

    async def visitor(self, key):
        """(visitor, conversation, length, revision) of the newest conversation, or None before the first answer."""
        rows = await self.rows(VISITOR, [key])
        return rows[0] if rows else None

    async def visitors(self, keys):
        """The same for many visitors, by their rows' keys."""
        return await self.rows(VISITORS, [keys])

    async def agents(self, pairs):
        """An AgentRow for each pair of a user and a session, in their order."""
        statement, parameters = _agents()
        users, sessions = zip(*pairs, strict=True)
        rows = await self.rows(statement, [*parameters, list(users), list(sessions)])
        return [AgentRow(*row) for row in rows]

    async def page(self, kind, person, conversation, after):
        """The next messages that this person may read, and whether there are more."""
        rows = await self.rows(
            MESSAGES.format(right=RIGHTS[kind]),
            {"conversation": conversation, "after": after, "person": person, "limit": PAGE + 1},
        )
        messages = [_message(row) for row in rows[:PAGE]]
        return messages, len(rows) > PAGE

    async def other_side(self, kind, person, conversation):
        """The agent a visitor talks with, or the visitor an agent talks with, or None."""
        rows = await self.rows(OTHER_SIDE[kind], [conversation, person])
        return rows[0][0] if rows else None

    async def stop(self):
        if self._opened:
            await self._pool.close()

    async def rows(self, statement, parameters):
        """What the statement gives, asked once more if a connection was gone."""
        if not self._opened:
            self._opened = True
            await self._pool.open()
        try:
            return await self._fetch(statement, parameters)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            # Postgres may have closed what lay in the pool.
            await self._pool.check()
            return await self._fetch(statement, parameters)

    async def _fetch(self, statement, parameters):
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement, parameters)
            return await cursor.fetchall()


def _message(row):
    """As in a frame: with `html` only where there is some."""
    return dict(zip(PAGE_FIELDS, row if row[-1] else row[:-1], strict=False))


@cache
def _agents():
    permitted, parameters = Agent.objects.permitted().values("pk").query.sql_with_params()
    return AGENTS.format(permitted=permitted), parameters
