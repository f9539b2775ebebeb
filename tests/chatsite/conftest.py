"""Parleys of their own, each with its data folder and port, as an operator starts them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from tests.notifications.conftest import mail_server  # noqa: F401  the same one
from tests.product import ROOT, Product, wait_until

OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "PARLEY_DATA",
    "DJANGO_SETTINGS_MODULE",
    "HOST",
    "SITE_URL",
)


class Parley(Product):
    """One that embeds its databases: `tests.product` has the one that all other tests share."""

    def __init__(self, folder, **env):
        super().__init__(folder, **env)
        self.process = None
        self.site = {"PORT": str(self.port), "PARLEY_DATA": str(self.folder), "PARLEY_DEMO": "0"}

    def start(self, command=(sys.executable, "manage.py", "up"), cwd=ROOT):
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "up.log").open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=cwd,
                env=operators_environment() | self.site | self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self.is_ready, seconds=60, failing=self.why_not)
        return self

    def is_ready(self):
        """Not while those of an earlier start answer."""
        return "Parley runs" in self.why_not() and super().is_ready()

    def manage(self, *arguments, **env):
        """Another command of the same operator, while it runs or not."""
        return run([sys.executable, "manage.py", *arguments], **(self.site | self.env | env))

    def children(self):
        return json.loads((self.folder / "processes.json").read_text())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


def operators_environment():
    return {name: value for name, value in os.environ.items() if name not in OURS}


def run(command, cwd=ROOT, **env):
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=operators_environment() | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def is_one_sentence(text: str) -> bool:
    return "Traceback" not in text and len(text.strip().splitlines()) == 1


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="session")
def new_folder():
    """Names for data folders, in a place that the databases' user can reach if it can reach the project."""
    (ROOT / ".data").mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="operators-", dir=ROOT / ".data"))
    place.chmod(0o755)
    yield lambda name: place / name
    for databases in place.glob("*/databases"):
        if databases.is_symlink():
            shutil.rmtree(databases.resolve())
    shutil.rmtree(place)


@pytest.fixture(scope="session")
def running(new_folder):
    """Started once, from nothing, for the tests that leave it as it was."""
    parley = Parley(new_folder("running")).start()
    yield parley
    parley.stop()


@pytest.fixture
def another(running, new_folder):
    """One to be stopped and killed, on a folder that has its tables and static files after the first time."""
    parley = Parley(new_folder("another"))
    if not parley.folder.exists():
        parley.folder.mkdir()
        parley.folder.chmod(0o755)
        shutil.copytree(running.folder / "static", parley.folder / "static")
    yield parley
    parley.stop()


@pytest.fixture
def press_ctrl_c():
    """A terminal sends it to every process of the group."""
    return lambda parley: os.killpg(parley.process.pid, signal.SIGINT)
