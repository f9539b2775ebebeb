from django.db import migrations

# What a person's panes show, folded into a few letters: it changes whenever they would show something else. It is
# derived from the rows at every beat, so nothing has to remember to count it up.
SQL = """
CREATE FUNCTION agent_revision(agent bigint) RETURNS text LANGUAGE sql STABLE AS $$
  -- A row as text keeps its parts apart: an offer 5 is not a conversation 5.
  SELECT md5(ROW(
    (SELECT string_agg(o.id::text, ',' ORDER BY o.id) FROM routing_offer o WHERE o.agent_id = agent AND o.outcome IS NULL),
    (SELECT string_agg(concat_ws(':', c.id, c.warned_at), ',' ORDER BY c.id) FROM routing_livechat l
      JOIN dialogues_conversation c ON c.live_chat_id = l.id WHERE l.agent_id = agent AND l.state = 'active'),
    (SELECT ROW(a.available_until > parley_now(), a.name, a.picture) FROM routing_agent a WHERE a.id = agent))::text)
$$;
CREATE FUNCTION visitor_revision(visitor bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT md5(ROW(c.id, c.card, c.ended_at, c.warned_at, l.state, l.agent_id,
    (SELECT max(o.id) FROM routing_offer o WHERE o.live_chat_id = l.id))::text)
  FROM dialogues_conversation c LEFT JOIN routing_livechat l ON l.id = c.live_chat_id
  WHERE c.visitor_id = visitor ORDER BY c.id DESC LIMIT 1
$$;
"""
UNDO = "DROP FUNCTION agent_revision(bigint); DROP FUNCTION visitor_revision(bigint);"


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0003_write_messages")]

    operations = [migrations.RunSQL(SQL, UNDO)]
