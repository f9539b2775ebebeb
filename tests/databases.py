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


# Whoever runs the tests on several processors at once shares nothing: each of its processes has databases of its own.
OURS = "PARLEY_TESTS_START_DATABASES"
IS_ONE_OF_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ and OURS in os.environ

if "DATABASE_URL" not in os.environ or IS_ONE_OF_SEVERAL:
    os.environ[OURS] = "1"
    atexit.register(start_on_the_first_free_folder().stop)
