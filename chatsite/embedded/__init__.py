"""Postgres and Valkey out of the wheels, for one machine without either; nothing here needs Django."""

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import quote

from chatsite.embedded.home import find_home
from chatsite.embedded.postgres import Postgres
from chatsite.embedded.user import choose_user
from chatsite.embedded.valkey import Valkey
from chatsite.folder import DataFolder
from chatsite.processes import end_leftovers
from chatsite.trouble import Trouble


@contextlib.contextmanager
def quietly(_step):
    yield


class Embedded:
    """The databases of one data folder: `start()` gives the environment that leads to them."""

    def __init__(self, folder: DataFolder | Path, *, step=quietly, say=lambda _line: None):
        self.folder = folder if isinstance(folder, DataFolder) else DataFolder(folder)
        self.step = step
        self.say = say
        self.children: list[Postgres | Valkey] = []
        self.sockets: Path | None = None
        self._claimed_here = False

    def start(self) -> dict[str, str]:
        if not self.folder.is_claimed:
            self.folder.claim("embedded databases")
            self._claimed_here = True
            end_leftovers(self.folder.records)
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        for child in reversed(self.children):
            child.stop()
        self.children = []
        if self.sockets:
            with contextlib.suppress(
                OSError
            ):  # one that was killed has left its socket, and will find it again
                self.sockets.rmdir()
        if self.folder.is_claimed:
            (self.folder.path / "embedded.env").unlink(missing_ok=True)
        if self._claimed_here:
            self.folder.records.clear()
            self.folder.release()
            self._claimed_here = False

    def _start(self) -> dict[str, str]:
        user = choose_user(self.folder.path)
        home, binaries = find_home(self.folder.path, user, say=self.say)
        self.sockets = sockets = private_folder_for_sockets(self.folder.path, user)
        postgres = Postgres(binaries, home, sockets, user)
        valkey = Valkey(binaries, home, sockets, user)
        for child in (postgres, valkey):
            child.records = self.folder.records
            self.children.append(child)
        if not postgres.has_data():
            with self.step("Made a new database"):
                postgres.make_data()
        with self.step("Postgres"):
            postgres.start()
        with self.step("Valkey"):
            valkey.start()
        env = {
            "DATABASE_URL": f"postgres://{Postgres.USER}@{quote(str(sockets), safe='')}/{Postgres.DATABASE}",
            "REDIS_URL": f"unix://{quote(str(valkey.socket))}?db=0",
            "SECRET_KEY": secret_key(self.folder.path),
        }
        write_private(
            self.folder.path / "embedded.env",
            "".join(f"{name}={value}\n" for name, value in env.items()),
        )
        user.own(self.folder.path / "embedded.env")
        return env | {"PARLEY_DATA": str(self.folder.path)}


def private_folder_for_sockets(data: Path, user) -> Path:
    """A socket's path may have 107 bytes, so a deep data folder cannot hold it."""
    name = f"parley-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    places = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108
    sockets = next(place for place in places if len(os.fsencode(place)) < 60 or place == places[-1]) / name
    with contextlib.suppress(FileExistsError):
        sockets.mkdir(mode=0o700)
        user.own(sockets)
    found = sockets.lstat()
    if sockets.is_symlink() or found.st_uid not in (user.uid, os.getuid()):
        raise Trouble(f"{sockets} belongs to somebody else: remove it, or set TMPDIR.")
    user.own(sockets)
    sockets.chmod(0o700)
    return sockets


def secret_key(data: Path) -> str:
    """Made once and kept: a new one would sign everybody out."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    path = data / "secret_key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text()


def write_private(path: Path, text: str):
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)
