"""Reads for the sockets: who connects, pages of messages, and what a beat says."""

from psycopg_pool import AsyncConnectionPool

from dialogues.live.database import connection_parameters
from dialogues.live.frames import PAGE
from routing.models import Agent

VISITOR = """
SELECT v.id, c.id, c.length, visitor_revision(v.id), c.live_agent_id FROM dialogues_visitor v
LEFT JOIN LATERAL (SELECT * FROM dialogues_conversation WHERE visitor_id = v.id ORDER BY id DESC LIMIT 1) c ON true
WHERE v.key = %s
"""
VISITORS = """
SELECT v, c.id, c.length, visitor_revision(v), c.live_agent_id FROM unnest(%s::bigint[]) v
LEFT JOIN LATERAL (SELECT * FROM dialogues_conversation WHERE visitor_id = v ORDER BY id DESC LIMIT 1) c ON true
"""
# Each with the session it came with; the right is asked of the very queryset that routing goes by.
AGENTS = """
SELECT a, agent_revision(a),
  (SELECT coalesce(json_object_agg(c.id, c.length), '{{}}') FROM routing_livechat l
    JOIN dialogues_conversation c ON c.live_chat_id = l.id WHERE l.agent_id = a AND l.state = 'active'),
  EXISTS (SELECT FROM django_session WHERE session_key = s AND expire_date > clock_timestamp()),
  a IN ({permitted})
FROM unnest(%s::bigint[], %s::text[]) x(a, s)
"""
MESSAGES = """
SELECT m.position, m.client_id, m.author, m.body, m.created_at FROM dialogues_message m
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
PAGE_FIELDS = ("position", "id", "author", "body", "at")


class Reader:
    def __init__(self):
        self._pool = AsyncConnectionPool(
            kwargs=connection_parameters(), min_size=1, max_size=4, open=False, check=None, timeout=5
        )
        self._opened = False

    async def visitor(self, key):
        """(visitor, conversation, length, revision, agent) of the newest conversation, or None before the
        first answer."""
        rows = await self._rows(VISITOR, [key])
        return rows[0] if rows else None

    async def visitors(self, keys):
        """The same for many visitors, by their rows' keys."""
        return await self._rows(VISITORS, [keys])

    async def agents(self, agents, sessions):
        """(agent, revision, lengths by conversation, is signed in, is permitted) for each pair."""
        permitted, parameters = Agent.objects.permitted().values("pk").query.sql_with_params()
        return await self._rows(AGENTS.format(permitted=permitted), [*parameters, agents, sessions])

    async def page(self, kind, person, conversation, after):
        """The next messages that this person may read, and whether there are more."""
        rows = await self._rows(
            MESSAGES.format(right=RIGHTS[kind]),
            {"conversation": conversation, "after": after, "person": person, "limit": PAGE + 1},
        )
        messages = [dict(zip(PAGE_FIELDS, row, strict=True)) for row in rows[:PAGE]]
        return messages, len(rows) > PAGE

    async def other_side(self, kind, person, conversation):
        """The agent a visitor talks with, or the visitor an agent talks with, or None."""
        rows = await self._rows(OTHER_SIDE[kind], [conversation, person])
        return rows[0][0] if rows else None

    async def stop(self):
        if self._opened:
            await self._pool.close()

    async def _rows(self, statement, parameters):
        if not self._opened:
            self._opened = True
            await self._pool.open()
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement, parameters)
            return await cursor.fetchall()
