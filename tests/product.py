"""The whole product, as `manage.py up` starts it, on the tests' databases: one for all tests that need it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


class Product:
    def __init__(self, folder, **env):
        self.folder = Path(folder)
        self.env = env
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"

    def command(self):
        return ["manage.py", "up"]

    def start(self):
        address = connection.settings_dict
        database = f"postgres://{address['USER']}@{address['HOST'].replace('/', '%2F')}/{address['NAME']}"
        env = os.environ | {
            "DATABASE_URL": database,
            "REDIS_URL": settings.REDIS_URL,
            "SECRET_KEY": settings.SECRET_KEY,
            "PARLEY_DATA": str(self.folder),
            "PARLEY_DEMO": "0",
            # It would mend what a test has broken by hand, once in a while.
            "SELF_CHECK_SECONDS": "0",
            "PORT": str(self.port),
            "SITE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "chatsite.settings",
        }
        self.log = (self.folder / "up.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, *self.command()],
            cwd=ROOT,
            env=env | self.env,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        wait_until(self.is_ready, seconds=60, failing=self.why_not)
        return self

    def is_ready(self):
        assert self.process.poll() is None, self.why_not()
        with closing(http.client.HTTPConnection("localhost", self.port, timeout=2)) as line:
            try:
                line.request("GET", "/health/ready")
                return line.getresponse().status == 200
            except OSError:
                return False

    def why_not(self):
        return (self.folder / "up.log").read_text()

    def kill(self, name):
        """Kills a process of the product by its name, as the kernel would: without a word."""
        os.kill(self.pid(name), signal.SIGKILL)

    def pid(self, name):
        return json.loads((self.folder / "processes.json").read_text())[name]

    def sleep(self):
        """Its clock stands still: what other tests leave due is theirs."""
        os.kill(self.pid("clock"), signal.SIGSTOP)

    def wake(self):
        with suppress(ProcessLookupError):
            os.kill(self.pid("clock"), signal.SIGCONT)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_until(holds, *, seconds=10, failing=lambda: "It did not happen in time."):
    """Waits for something that another process does."""
    deadline = time.monotonic() + seconds
    while not (result := holds()):
        assert time.monotonic() < deadline, failing()
        time.sleep(0.02)
    return result
