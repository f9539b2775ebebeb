from django.db import migrations

# One batch of typed messages: lock, then judge, number, insert and count on a fresh snapshot. It is one function
# because only so can the lock tell the judgement which rows it got; see dialogues/live/writer.py for its use.
# A change of the columns below is a change of this function, under a new name.
SQL = """
CREATE FUNCTION write_messages(
  conversations bigint[], ids uuid[], authors text[], author_ids bigint[], bodies text[])
RETURNS TABLE(verdict text, pos int, at timestamptz, to_visitor bigint, to_agent bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE mine bigint[];
BEGIN
  -- A conversation that somebody else holds is busy, and must not keep the others waiting.
  SELECT array_agg(id) INTO mine FROM (
    SELECT c.id FROM dialogues_conversation c WHERE c.id = ANY(conversations) ORDER BY c.id
    FOR NO KEY UPDATE SKIP LOCKED) x;
  RETURN QUERY
  WITH line AS (
    SELECT * FROM unnest(conversations, ids, authors, author_ids, bodies)
      WITH ORDINALITY l(cid, client_id, author, author_id, body, n)),
  judged AS (
    SELECT l.*, c.length, c.visitor_id, c.live_agent_id, m.position AS known, m.created_at AS known_at, CASE
      WHEN c.id IS NULL THEN 'unknown'
      WHEN mine IS NULL OR c.id <> ALL(mine) THEN 'busy'
      WHEN m.position IS NOT NULL THEN
        CASE WHEN (m.author, m.author_id) IS NOT DISTINCT FROM (l.author, l.author_id) THEN 'repeat' ELSE 'taken' END
      WHEN l.author = 'visitor' AND l.author_id <> c.visitor_id THEN 'not_yours'
      WHEN c.ended_at IS NOT NULL THEN 'ended'
      WHEN (l.author = 'visitor' AND c.route_id IS NOT NULL)
        OR (l.author = 'agent' AND l.author_id = c.live_agent_id) THEN 'ok'
      ELSE 'not_yours' END AS verdict
    FROM line l LEFT JOIN dialogues_conversation c ON c.id = l.cid
    LEFT JOIN dialogues_message m ON m.conversation_id = l.cid AND m.client_id = l.client_id),
  fresh AS (
    SELECT x.*, (x.length + row_number() OVER (PARTITION BY cid ORDER BY n))::int AS position, parley_now() AS now
    FROM (SELECT DISTINCT ON (cid, client_id) * FROM judged WHERE verdict = 'ok' ORDER BY cid, client_id, n) x),
  put AS (
    INSERT INTO dialogues_message(conversation_id, position, client_id, author, author_id, body, created_at)
    SELECT cid, position, client_id, author, author_id, body, now FROM fresh),
  counted AS (
    UPDATE dialogues_conversation c SET length = c.length + f.k, last_message_at = f.last
    FROM (SELECT cid, count(*)::int AS k, max(now) AS last FROM fresh GROUP BY cid) f WHERE c.id = f.cid),
  answer AS (
    SELECT j.n, coalesce(j.known, f.position) AS pos, coalesce(j.known_at, f.now) AS at, j.visitor_id, j.live_agent_id,
      CASE WHEN j.verdict <> 'ok' OR j.n = f.n THEN j.verdict
        WHEN (f.author, f.author_id) IS NOT DISTINCT FROM (j.author, j.author_id) THEN 'repeat' ELSE 'taken' END AS verdict
    FROM judged j LEFT JOIN fresh f ON j.verdict = 'ok' AND f.cid = j.cid AND f.client_id = j.client_id)
  SELECT a.verdict, CASE WHEN a.verdict IN ('ok', 'repeat') THEN a.pos END, CASE WHEN a.verdict IN ('ok', 'repeat') THEN a.at END,
    a.visitor_id, a.live_agent_id
  FROM answer a ORDER BY a.n;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0002_published_streams_never_change")]

    operations = [
        migrations.RunSQL(SQL, "DROP FUNCTION write_messages(bigint[], uuid[], text[], bigint[], text[])")
    ]
