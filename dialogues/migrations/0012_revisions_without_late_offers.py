from django.db import migrations

# As in 0006, but an offer whose time is up is shown no more, so it is no part of it, closed or not.
SQL = """
CREATE OR REPLACE FUNCTION agent_revision(agent bigint) RETURNS text LANGUAGE sql STABLE AS $$
  -- A row as text keeps its parts apart: an offer 5 is not a conversation 5.
  SELECT md5(ROW(
    (SELECT string_agg(o.id::text, ',' ORDER BY o.id) FROM routing_offer o WHERE o.agent_id = agent AND o.outcome IS NULL
      AND o.expires_at > parley_now()),
    (SELECT string_agg(concat_ws(':', c.id, c.warned_at, p.visitor_id IS NOT NULL), ',' ORDER BY c.id) FROM routing_livechat l
      JOIN dialogues_conversation c ON c.live_chat_id = l.id
      LEFT JOIN dialogues_visitorpresence p ON p.visitor_id = c.visitor_id AND p.until > parley_now()
      WHERE l.agent_id = agent AND l.state = 'active'),
    (SELECT ROW(a.available_from, a.available_until, parley_now() BETWEEN a.available_from AND a.available_until, a.name, a.picture)
      FROM routing_agent a WHERE a.id = agent))::text)
$$;
"""
UNDO = """
CREATE OR REPLACE FUNCTION agent_revision(agent bigint) RETURNS text LANGUAGE sql STABLE AS $$
  -- A row as text keeps its parts apart: an offer 5 is not a conversation 5.
  SELECT md5(ROW(
    (SELECT string_agg(o.id::text, ',' ORDER BY o.id) FROM routing_offer o WHERE o.agent_id = agent AND o.outcome IS NULL),
    (SELECT string_agg(concat_ws(':', c.id, c.warned_at, p.visitor_id IS NOT NULL), ',' ORDER BY c.id) FROM routing_livechat l
      JOIN dialogues_conversation c ON c.live_chat_id = l.id
      LEFT JOIN dialogues_visitorpresence p ON p.visitor_id = c.visitor_id AND p.until > parley_now()
      WHERE l.agent_id = agent AND l.state = 'active'),
    (SELECT ROW(a.available_from, a.available_until, parley_now() BETWEEN a.available_from AND a.available_until, a.name, a.picture)
      FROM routing_agent a WHERE a.id = agent))::text)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0011_designer")]

    operations = [migrations.RunSQL(SQL, UNDO)]
