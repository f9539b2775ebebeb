"""How the message plane's own connections reach the database that Django is set to."""

from django.db import connections

# Postgres plans these few statements badly while the tables are small; and a lock must be waited for briefly, and
# read anew after it (never under REPEATABLE READ).
PINNED = {
    "default_transaction_isolation": "read\\ committed",
    "enable_seqscan": "off",
    "jit": "off",
    "lock_timeout": "2s",
    "statement_timeout": "10s",
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
    return {**ours, "options": options, "autocommit": True, "prepare_threshold": 1}
