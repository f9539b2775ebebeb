"""One file with all that an installation keeps: the tables as SQL, the media, and the secret key."""

import datetime
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path

from django.conf import settings

from chatsite.postgres_client import dump_into, restore_from, tables, users_of_the_database
from chatsite.trouble import Trouble

FORMAT = 1
DATABASE = "database.sql"
MANIFEST = "manifest.json"
SECRET_KEY = "secret_key"  # noqa: S105


def back_up(target: Path) -> int:
    """Written beside its place and renamed: a backup that has its name is whole."""
    if target.exists():
        raise Trouble(f"{target} is already there: name another file, or remove it.")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            dump_into(Path(folder) / DATABASE)
            # It holds all that visitors said, and the key that signs people in.
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                _pack(file, Path(folder))
        unfinished.rename(target)
    except OSError as error:
        raise Trouble(f"Cannot write {target} ({error.strerror}): name a file in another place.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def unpack(source: Path, folder: Path) -> dict:
    """Every file of a backup, each compared with what was written; nothing else is believed."""
    if not source.is_file():
        raise Trouble(f"There is no file {source}: name the one that `backup` wrote.")
    try:
        found = {}
        with tarfile.open(source, "r:gz") as archive:
            for member in archive:
                place = (folder / member.name).resolve()
                if not member.isfile() or not place.is_relative_to(folder.resolve()):
                    raise Trouble(_damaged(source, f"it holds {member.name}"))
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.extractfile(member) as packed, place.open("wb") as file:
                    shutil.copyfileobj(packed, file)
                found[member.name] = _digest(place)
        manifest = json.loads((folder / MANIFEST).read_text())
        found.pop(MANIFEST)
        if manifest["format"] != FORMAT:
            raise Trouble(f"{source} was made by a newer Parley: restore it with that one.")
        if manifest["files"] != found:
            raise Trouble(_damaged(source, "what it holds is not what was written"))
    except FileNotFoundError as error:
        raise Trouble(_damaged(source, "it has no end")) from error
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise Trouble(_damaged(source, str(error) or type(error).__name__)) from error
    return manifest


def restore(folder: Path, *, replace: bool):
    """All tables in one transaction, then the media in one rename."""
    if users := users_of_the_database():
        raise Trouble(f"{users} other connections use the database: stop Parley on every machine first.")
    if tables() and not replace:
        raise Trouble("The database is not empty: add --replace to give up what it holds, or name another.")
    restore_from(folder / DATABASE)
    media, old = Path(settings.MEDIA_ROOT), folder / "old-media"
    if media.exists():
        media.rename(old)
    (folder / "media").mkdir(exist_ok=True)
    (folder / "media").rename(media)
    if (folder / SECRET_KEY).exists():
        key = settings.PARLEY_DATA / SECRET_KEY
        (folder / SECRET_KEY).replace(key)
        key.chmod(0o600)


def _pack(file, folder: Path):
    files = {DATABASE: folder / DATABASE}
    if (key := settings.PARLEY_DATA / SECRET_KEY).exists() and not settings.DATABASES_GIVEN:
        files[SECRET_KEY] = key
    media = Path(settings.MEDIA_ROOT)
    for path in sorted(media.rglob("*")):
        if path.is_file():
            files[f"media/{path.relative_to(media)}"] = path
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, path in files.items():
            archive.add(path, arcname=name)
        manifest = {
            "format": FORMAT,
            "made_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "files": {name: _digest(path) for name, path in files.items()},
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2))
        # Last, so that a backup cut short has none.
        archive.add(folder / MANIFEST, arcname=MANIFEST)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(source: Path, reason: str) -> str:
    return f"{source} is not a whole backup ({reason}): nothing has changed, use another."
