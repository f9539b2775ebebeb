"""`manage.py up`: the one process that starts, watches and stops all others."""

import contextlib
import http.client
import os
import resource
import signal
import sys
import time

from django.conf import settings
from django.core.management import get_commands

from chatsite.accounts import DEMO_PASSWORD, DEMO_USERNAMES
from chatsite.embedded import Embedded
from chatsite.embedded.user import choose_user
from chatsite.folder import DataFolder
from chatsite.preparing import refuse_the_demo_in_public
from chatsite.processes import Child, end_leftovers
from chatsite.steps import Steps
from chatsite.trouble import Trouble
from chatsite.web import LISTENING_FD, listen

ANSWERS_WITHIN_SECONDS = 60
LOOK_EVERY_SECONDS = 0.1
OPEN_FILES = 65_536
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    def __init__(self, step: Steps):
        self.step = step
        self.folder = DataFolder(settings.PARLEY_DATA)
        self.embedded: Embedded | None = None
        self.programs: list[Child] = []
        self.listening = None
        self.is_stopping = False

    def run(self):
        began = time.monotonic()
        # Who starts us with nohup wants us to outlive the terminal.
        is_to_stay = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        for number in (signal.SIGINT, signal.SIGTERM) if is_to_stay else STOP_SIGNALS:
            signal.signal(number, self._stop_soon)
        refuse_half_a_choice()
        refuse_the_demo_in_public()
        self.folder.claim(f"Parley at {settings.SITE_URL}")
        try:
            for start in (self._clear_away, self._start_databases, self._prepare, self._start_programs):
                if not self.is_stopping:
                    start()
            self._welcome(time.monotonic() - began)
            self._watch()
        finally:
            self._stop()

    def _stop_soon(self, *_):
        self.is_stopping = True

    def _clear_away(self):
        if ended := end_leftovers(self.folder.records):
            self.step.say(f"Ended {ended} processes of an earlier start that was killed.")
        self.listening = listen()
        raise_file_limit()

    def _start_databases(self):
        self.env = dict(os.environ) | {"PARLEY_DATA": str(self.folder.path), "PYTHONUNBUFFERED": "1"}
        if not settings.DATABASES_GIVEN:
            self.embedded = Embedded(self.folder, step=self.step, say=self.step.say)
            self.env |= self.embedded.start()
        self.user = choose_user(self.folder.path)
        if self.user.is_other:
            self.user = self._whoever_can_read_the_project()

    def _whoever_can_read_the_project(self):
        """As root, somebody else where that is possible; None is root."""
        self.user.own(self.folder.path)
        env = self.env | {"HOME": str(self.folder.path)}
        tries = "import os, sys, chatsite.settings; sys.exit(not os.access(sys.argv[1], os.W_OK))"
        command = [sys.executable, "-c", tries, self.folder.path]
        if not self.user.can(command, cwd=settings.BASE_DIR, env=env):
            self.step.say(f"{self.user.name} cannot read this project: web, workers and clock run as root.")
            return None
        self.env = env
        for name in ("media", "static", "mail"):
            self.user.own_all(self.folder.path / name)
        return self.user

    def _prepare(self):
        preparing = self._program("prepare", "prepare")
        preparing.start()
        try:
            while preparing.is_running() and not self.is_stopping:
                time.sleep(LOOK_EVERY_SECONDS)
            if not self.is_stopping and preparing.process.returncode != 0:
                sys.exit(1)  # it has said why
        finally:
            preparing.stop()

    def _start_programs(self):
        with self.step("Web, workers and clock"):
            self.programs = [
                self._program("worker-default", "rqworker", "default", "--verbosity=0"),
                self._program("worker-deadlines", "rqworker", "deadlines", "--verbosity=0"),
            ]
            if "clock" in get_commands():
                self.programs.append(self._program("clock", "clock"))
            web = self._program("web", "web", pass_fds=[self.listening.fileno()])
            web.env = self.env | {LISTENING_FD: str(self.listening.fileno())}
            self.programs.append(web)
            for program in self.programs:
                program.start()
            self._wait_for(web)

    def _wait_for(self, web: Child):
        deadline = time.monotonic() + ANSWERS_WITHIN_SECONDS
        while not self.is_stopping and not self._web_answers():
            if not web.is_running():
                raise Trouble("The web process ended at once: it says above why.")
            if time.monotonic() > deadline:
                raise Trouble(f"The web process has not answered for {ANSWERS_WITHIN_SECONDS} s.")
            time.sleep(LOOK_EVERY_SECONDS)

    def _web_answers(self) -> bool:
        host, port = self.listening.getsockname()[:2]
        here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        with contextlib.closing(http.client.HTTPConnection(here, port, timeout=1)) as line:
            try:
                line.request("GET", "/health/live", headers={"Host": settings.ALLOWED_HOSTS[0]})
                return bool(line.getresponse().status)
            except OSError:
                return False

    def _welcome(self, seconds: float):
        if self.is_stopping:
            return
        say = self.step.say
        say(f"Parley runs, after {seconds:.1f} s. Ctrl-C stops it.")
        if settings.PARLEY_DEMO:
            say(f"  A sample shop to chat from   {settings.SITE_URL}/demo/")
        say(f"  The agent inbox              {settings.SITE_URL}/inbox/")
        say(f"  Everything else              {settings.SITE_URL}/admin/")
        if settings.PARLEY_DEMO:
            say(f"  Sign in as {', '.join(DEMO_USERNAMES)} with the password {DEMO_PASSWORD}; max manages.")
        if not os.environ.get("EMAIL_URL"):
            say(f"  Mail is not sent but written under {self.folder.path / 'mail'}, until EMAIL_URL is set.")

    def _watch(self):
        databases = self.embedded.children if self.embedded else []
        while not self.is_stopping:
            for child in [*databases, *self.programs]:
                child.keep_running(self.step.say)
            time.sleep(LOOK_EVERY_SECONDS)

    def _stop(self):
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for program in reversed(self.programs):
            program.stop()
        if self.listening:
            self.listening.close()
        if self.embedded:
            self.embedded.stop()
        self.folder.records.clear()
        self.folder.release()

    def _program(self, name: str, *arguments: str, **options) -> Child:
        command = [sys.executable, settings.BASE_DIR / "manage.py", *arguments]
        program = Child(name, command, env=self.env, cwd=settings.BASE_DIR, user=self.user, **options)
        program.records = self.folder.records
        return program


def refuse_half_a_choice():
    given = settings.DATABASES_GIVEN
    if len(given) == 1:
        missing = "REDIS_URL" if given == ["DATABASE_URL"] else "DATABASE_URL"
        raise Trouble(f"{given[0]} is set and {missing} is not: set both, or neither to have both embedded.")
    if given and not os.environ.get("SECRET_KEY"):
        raise Trouble(
            "SECRET_KEY is not set: with databases of your own, set it to a long random text and keep it, "
            'for example from python3 -c "import secrets; print(secrets.token_urlsafe(48))".'
        )


def raise_file_limit():
    """Every socket is an open file, and the usual soft limit of 1024 is a thousand visitors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
