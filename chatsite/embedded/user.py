import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from chatsite.trouble import Trouble


@dataclass(frozen=True)
class User:
    """Whom a child runs as: ourselves, or, since Postgres refuses root, somebody who is not root."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.getuid()

    @property
    def for_popen(self) -> dict:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def own(self, path: Path):
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_all(self, folder: Path):
        if self.is_other and folder.exists():
            for path in [folder, *folder.rglob("*")]:
                self.own(path)

    def can(self, command, **options) -> bool:
        """Asked by trying: modes, mounts and access lists all have a say."""
        try:
            tried = subprocess.run(
                [str(part) for part in command],
                **({"cwd": "/"} | options),
                **self.for_popen,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError:
            return False
        return tried.returncode == 0

    def can_write_in(self, folder: Path) -> bool:
        return self.can(["/bin/sh", "-c", 'test -w "$1" && test -x "$1"', "sh", folder])


def choose_user(data: Path) -> User:
    """Ourselves; for root the owner of the data folder, or nobody."""
    if os.getuid() != 0:
        return User(_name_of(os.getuid()), os.getuid(), os.getgid())
    owner = data.stat()
    if owner.st_uid and _name_of(owner.st_uid):
        return User(_name_of(owner.st_uid), owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise Trouble(
            "Postgres refuses root, and there is no user nobody: start Parley as another user."
        ) from error
    return User(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""
