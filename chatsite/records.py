"""Which processes belong to a data folder, on disk, for the start after a kill -9."""

import json
from pathlib import Path

import psutil

CLOCK_SLACK_SECONDS = 2


class Records:
    """`processes.json` is for people and tests: names and pids. `running.json` tells ours from strangers."""

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


def _same_process(pid: int, started: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        is_same = abs(process.create_time() - started) < CLOCK_SLACK_SECONDS
        return process if is_same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _replace(path: Path, text: str):
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text)
    unfinished.replace(path)
