"""How the message plane's own connections reach the database that Django is set to."""

from django.db import connections

# Postgres plans these few statements badly while the tables are small; a lock must be waited for briefly, and read
# anew after it (never under REPEATABLE READ); a revision must not depend on the server's own time zone. Planning
# each call anew took half of Postgres's time at a thousand chats, and found no better plan.
PINNED = {
    "default_transaction_isolation": "read\\ committed",
    "enable_seqscan": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "lock_timeout": "2s",
    "statement_timeout": "10s",
    "timezone": "UTC",
}
# A database that has vanished without a word is noticed; an operator's own OPTIONS come before these.
PATIENCE = {
    "application_name": "parley live",
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def connection_parameters():
    """Keyword arguments for psycopg's async connections, with the settings pinned."""
    django = connections["default"].get_connection_params()
    ours = {
        key: value
        for key, value in django.items()
        if key not in {"context", "cursor_factory", "prepare_threshold", "server_side_binding", "options"}
    }
    options = " ".join(f"-c {name}={value}" for name, value in PINNED.items())
    return {**PATIENCE, **ours, "options": options, "autocommit": True, "prepare_threshold": 1}
