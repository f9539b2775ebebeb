"""The processes that we start, and the end of those that an earlier start left behind."""

import os
import signal
import subprocess
import time

import psutil

from chatsite.records import Records
from chatsite.trouble import Trouble

FIRST_WAIT_SECONDS = 0.5
LAST_WAIT_SECONDS = 30
STEADY_AFTER_SECONDS = 10


class Child:
    """One program that we keep running."""

    def __init__(
        self,
        name,
        command,
        *,
        env=None,
        cwd=None,
        user=None,
        stop_signal=signal.SIGTERM,
        log=None,
        pass_fds=(),
    ):
        self.name = name
        self.command = [str(part) for part in command]
        self.env = env
        self.cwd = cwd
        self.user = user
        self.stop_signal = stop_signal
        self.stop_within_seconds = 10
        self.log = log
        self.pass_fds = pass_fds
        self.records: Records | None = None
        self.process: subprocess.Popen | None = None
        self.started_at = 0.0
        self.wait_seconds = FIRST_WAIT_SECONDS
        self.start_again_at: float | None = None

    def start(self):
        log = open(self.log, "ab") if self.log else None  # noqa: SIM115
        try:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self.pass_fds,
                **(self.user.for_popen if self.user else {}),
            )
        finally:
            if log:
                log.close()
        self.started_at = time.monotonic()
        if self.records:
            self.records.add(self.name, self.process.pid, self.stop_signal)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep_running(self, say):
        """Starts it again when it has ended, later and later while it keeps ending."""
        now = time.monotonic()
        if self.is_running():
            if now - self.started_at > STEADY_AFTER_SECONDS:
                self.wait_seconds = FIRST_WAIT_SECONDS
        elif self.start_again_at is None:
            say(f"{self.name} {self._how_it_ended()}: starting it again in {self.wait_seconds:g} s.")
            self.start_again_at = now + self.wait_seconds
            self.wait_seconds = min(2 * self.wait_seconds, LAST_WAIT_SECONDS)
        elif now >= self.start_again_at:
            self.start_again_at = None
            try:
                self.start()
            except (Trouble, OSError) as trouble:
                say(str(trouble))

    def stop(self):
        if self.is_running():
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(self.stop_within_seconds)
            except subprocess.TimeoutExpired:
                _kill_group(self.process.pid)
                self.process.wait()
        if self.records and self.process:
            self.records.drop(self.name)
        self.process = None

    def _how_it_ended(self) -> str:
        if self.process is None:
            return "has not started"
        code = self.process.returncode
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"has ended with code {code}"


def end_leftovers(records: Records) -> int:
    """Ends what a kill -9 of an earlier start left behind, in the order of a clean stop."""
    leftovers = records.leftovers()
    for process, stop_signal in leftovers:
        try:
            process.send_signal(stop_signal)
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied as error:
            raise Trouble(
                f"Process {process.pid} of an earlier start belongs to another user: stop it as that user."
            ) from error
        if not _has_gone(process, within_seconds=10):
            _kill_group(process.pid)
            _has_gone(process, within_seconds=10)
    records.clear()
    return len(leftovers)


def _has_gone(process: psutil.Process, within_seconds: float) -> bool:
    """A zombie has gone too: it is not our child, and whose it is may never look."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def _kill_group(pid: int):
    """The whole session, for a stuck child may have children."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
