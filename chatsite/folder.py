"""The data folder: everything an installation keeps, held by one `up` at a time."""

import fcntl
import json
import os
from pathlib import Path

from chatsite.records import Records
from chatsite.trouble import Trouble


class Held(Trouble):
    """Somebody else runs on this folder."""


class DataFolder:
    def __init__(self, path: Path):
        self.path = Path(path).resolve()
        self.records = Records(self.path)
        self._lock: int | None = None

    @property
    def is_claimed(self) -> bool:
        return self._lock is not None

    def claim(self, holder: str):
        """Keeps every other start away until we end, however we end: the kernel drops the lock."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise Trouble(
                f"Cannot write in the data folder {self.path} ({error.strerror}): "
                "give it to this user, or set PARLEY_DATA to a folder that this user can write in."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise Held(self._who_holds_it()) from None
        os.ftruncate(lock, 0)
        os.write(lock, json.dumps({"pid": os.getpid(), "holder": holder}).encode())
        self._lock = lock

    def release(self):
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def _who_holds_it(self) -> str:
        try:
            held = json.loads((self.path / "lock").read_text())
            who = f"{held['holder']} (process {held['pid']})"
        except ValueError:
            who = "a process that has just started"
        return (
            f"The data folder {self.path} is already in use by {who}: "
            "use or stop that one, or set PARLEY_DATA and PORT to start another beside it."
        )
