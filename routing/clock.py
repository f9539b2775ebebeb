"""One clock for every process: the database's. A test database, and no other, can move it."""

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func


class Now(Func):
    """The database's clock as an expression; the sub-select is read once, so an index can be used."""

    template = "(SELECT parley_now())"
    output_field = DateTimeField()


class WhenWritten(Func):
    """The database's clock as a column's default."""

    function = "parley_now"
    output_field = DateTimeField()


def clock() -> datetime:
    """The moment by the database's clock. Read it after the lock, or it says when the waiting began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT parley_now()")
        return cursor.fetchone()[0]
