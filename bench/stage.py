"""What is measured, started for the bench and stopped after it: databases, the product, the relay."""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".data" / "bench"
MESSAGES_PER_VISITOR = 1_000_000
# All visitors of the bench come from one address.
REQUESTS_PER_ADDRESS = 1_000


@contextmanager
def databases():
    """Postgres and Valkey of our own; Django is set to them. Gives the pid of each."""
    from chatsite.embedded import Embedded

    embedded = Embedded(DATA)
    os.environ |= embedded.start()
    os.environ["DJANGO_SETTINGS_MODULE"] = "chatsite.settings"
    try:
        import django

        django.setup()
        yield {child.name: child.process.pid for child in embedded.children}
    finally:
        embedded.stop()


@contextmanager
def product():
    """All of Parley as `manage.py up` starts it, with one web process. Gives its port and that process's pid."""
    from tests.product import Product

    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        Path(folder).chmod(0o755)
        limits = {
            "MESSAGES_PER_VISITOR": str(MESSAGES_PER_VISITOR),
            "REQUESTS_PER_ADDRESS": str(REQUESTS_PER_ADDRESS),
        }
        # Its self-check is part of what it costs; only tests go without.
        running = Product(folder, **limits, SELF_CHECK_SECONDS="60")
        try:
            running.start()
            yield running.port, json.loads((running.folder / "processes.json").read_text())["web"]
        finally:
            running.stop()


@contextmanager
def relay():
    """The bare relay. Gives its port and pid."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.relay"], cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        yield int(process.stdout.readline()), process.pid
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
