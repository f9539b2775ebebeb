"""Starts the tests' databases before Django reads its settings: loaded by `-p tests.databases`."""

import atexit
import os
from itertools import count
from pathlib import Path

from chatsite.embedded import Embedded
from chatsite.folder import Held

PROJECT = Path(__file__).resolve().parent.parent


def start_on_the_first_free_folder() -> Embedded:
    """Two people may run the tests in one clone at once."""
    for number in count(1):
        embedded = Embedded(PROJECT / ".data" / ("test" if number == 1 else f"test-{number}"))
        try:
            os.environ.update(embedded.start())
        except Held:
            continue
        return embedded


if "DATABASE_URL" not in os.environ:
    atexit.register(start_on_the_first_free_folder().stop)
