"""What may never be, in SQL: not by the queries that are on trial."""

from django.db import connection

# Each finds the live chats of which its name is true.
NEVER = {
    "waits without exactly one open offer": """
        SELECT id FROM routing_livechat l WHERE state = 'offered' AND 1 <>
          (SELECT count(*) FROM routing_offer WHERE live_chat_id = l.id AND outcome IS NULL)""",
    "is over and still offered": """
        SELECT l.id FROM routing_livechat l JOIN routing_offer o ON o.live_chat_id = l.id
        WHERE l.ended_at IS NOT NULL AND o.outcome IS NULL""",
    "is active without an agent": "SELECT id FROM routing_livechat WHERE state = 'active' AND agent_id IS NULL",
    "was handed back and nobody is asked": """
        SELECT id FROM routing_livechat l WHERE state = 'active' AND handed_back_at IS NOT NULL AND 1 <>
          (SELECT count(*) FROM routing_offer WHERE live_chat_id = l.id AND outcome IS NULL)""",
    "has an agent and is offered to somebody all the same": """
        SELECT l.id FROM routing_livechat l JOIN routing_offer o ON o.live_chat_id = l.id
        WHERE l.state = 'active' AND l.handed_back_at IS NULL AND o.outcome IS NULL""",
    "ended twice, or for no reason": """
        SELECT id FROM routing_livechat
        WHERE (state IN ('ended', 'fell_back')) <> (ended_at IS NOT NULL AND because IS NOT NULL)""",
    "fell back without a word": """
        SELECT id FROM routing_livechat
        WHERE (state = 'fell_back' OR because = 'alone') <> (fallback_message <> '')""",
    "was missed, they say, and nobody was asked, or somebody accepted": """
        SELECT id FROM routing_livechat l WHERE because = 'missed' AND NOT (
          EXISTS (SELECT 1 FROM routing_offer WHERE live_chat_id = l.id) AND NOT
          EXISTS (SELECT 1 FROM routing_offer WHERE live_chat_id = l.id AND outcome NOT IN ('declined', 'expired')))""",
    "was asked of somebody twice in one request": """
        SELECT live_chat_id FROM routing_offer GROUP BY live_chat_id, agent_id, is_to_take_over
        HAVING count(*) > 1 AND NOT is_to_take_over""",
    "was offered without a decision that says so": """
        SELECT o.live_chat_id FROM routing_offer o LEFT JOIN routing_decision d ON d.offer_id = o.id
        WHERE d.id IS NULL OR d.live_chat_id <> o.live_chat_id OR NOT d.considered @> jsonb_build_array(
          jsonb_build_object('agent', o.agent_id, 'step', o.step, 'passed_over', ''))""",
    "fell back without a decision": """
        SELECT id FROM routing_livechat l WHERE (state = 'fell_back' OR because = 'alone') AND NOT EXISTS (
          SELECT 1 FROM routing_decision d WHERE d.live_chat_id = l.id AND d.offer_id IS NULL
          AND d.because <> '[]' AND NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements(d.considered) c WHERE c ->> 'passed_over' = ''))""",
}


def found():
    """Pairs of what may never be, and the live chat of which it is true."""
    parts = [f"SELECT '{what}', chat FROM ({sql}) AS found(chat)" for what, sql in NEVER.items()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return cursor.fetchall()
