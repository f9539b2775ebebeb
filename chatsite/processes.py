"""Children that outlive nothing: each in a session of its own, and on record in the data folder."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import psutil

from chatsite.trouble import Trouble

FIRST_WAIT_SECONDS = 0.5
LAST_WAIT_SECONDS = 30
STEADY_AFTER_SECONDS = 10
CLOCK_SLACK_SECONDS = 2


class Records:
    """Which processes belong to a data folder, kept on disk for the start after a kill -9."""

    def __init__(self, folder: Path):
        self.names = folder / "processes.json"
        self.running = folder / "running.json"
        self.children: dict[str, dict] = {}

    def add(self, name: str, pid: int, stop_signal: int):
        started = psutil.Process(pid).create_time()
        self.children[name] = {"pid": pid, "started": started, "stop_signal": int(stop_signal)}
        self._write()

    def drop(self, name: str):
        self.children.pop(name, None)
        self._write()

    def leftovers(self) -> list[tuple[psutil.Process, int]]:
        """Those of an earlier start that live on, last started first; never a stranger with their pid."""
        try:
            recorded = list(json.loads(self.running.read_text()).values())
        except (FileNotFoundError, ValueError):
            return []
        return [
            (process, child["stop_signal"])
            for child in reversed(recorded)
            if (process := _same_process(child["pid"], child["started"]))
        ]

    def clear(self):
        self.children.clear()
        self.running.unlink(missing_ok=True)
        self.names.unlink(missing_ok=True)

    def _write(self):
        _replace(self.running, json.dumps(self.children, indent=2))
        _replace(
            self.names, json.dumps({name: child["pid"] for name, child in self.children.items()}, indent=2)
        )


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
            except Trouble as trouble:
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
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(stop_signal)
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


def _same_process(pid: int, started: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        is_same = abs(process.create_time() - started) < CLOCK_SLACK_SECONDS
        return process if is_same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _kill_group(pid: int):
    """The whole session, for a stuck child may have children."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _replace(path: Path, text: str):
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text)
    unfinished.replace(path)
