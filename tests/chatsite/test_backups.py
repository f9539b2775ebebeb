import os
import tarfile

import psycopg
import pytest

from chatsite.backups import unpack
from chatsite.embedded import Embedded
from tests.chatsite.conftest import Parley, is_one_sentence


@pytest.fixture(scope="module")
def kept(running, tmp_path_factory):
    """A backup of a Parley that runs, with one person and one picture that others can be told by."""
    picture = running.folder / "media" / "pictures" / "alice.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture of Alice")
    person = "from django.contrib.auth.models import User; User.objects.create_user('zoë')"
    assert running.manage("shell", "--verbosity=0", "--command", person).returncode == 0
    backup = tmp_path_factory.mktemp("backups") / "parley.tar.gz"
    done = running.manage("backup", str(backup))
    assert done.returncode == 0, done.stderr
    return backup


@pytest.fixture(scope="module")
def restored(kept, new_folder):
    """Another machine, on which nothing was before."""
    parley = Parley(new_folder("restored"))
    done = parley.manage("restore", str(kept))
    assert done.returncode == 0, done.stderr
    return parley


def people(parley):
    embedded = Embedded(parley.folder)
    env = embedded.start()
    try:
        with psycopg.connect(env["DATABASE_URL"]) as database:
            return [name for (name,) in database.execute("SELECT username FROM auth_user ORDER BY 1")]
    finally:
        embedded.stop()


def test_a_backup_holds_people_pictures_and_the_key_and_is_read_by_nobody_else(running, kept, restored):
    assert kept.stat().st_mode & 0o077 == 0
    assert "zoë" in people(restored)
    assert (restored.folder / "media" / "pictures" / "alice.png").read_bytes() == b"a picture of Alice"
    assert (restored.folder / "secret_key").read_text() == (running.folder / "secret_key").read_text()


def test_a_restore_gives_up_what_is_there_only_when_told_to(kept, restored):
    refused = restored.manage("restore", str(kept))
    replaced = restored.manage("restore", "--replace", str(kept))

    assert refused.returncode == 1
    assert is_one_sentence(refused.stderr)
    assert "--replace" in refused.stderr
    assert replaced.returncode == 0, replaced.stderr


@pytest.mark.parametrize("damage", ["cut short", "one bit", "no backup", "other words"])
def test_a_damaged_backup_changes_nothing(kept, running, tmp_path, damage):
    damaged = tmp_path / "damaged.tar.gz"
    whole = kept.read_bytes()
    match damage:
        case "cut short":
            damaged.write_bytes(whole[: len(whole) // 2])
        case "one bit":
            damaged.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
        case "no backup":
            damaged.write_text("Dear diary")
        case "other words":
            forge(kept, damaged, tmp_path)

    done = running.manage("restore", "--replace", str(damaged))

    assert done.returncode == 1
    assert is_one_sentence(done.stderr)
    assert "not a whole backup" in done.stderr
    assert "nothing has changed" in done.stderr


def forge(kept, damaged, tmp_path):
    with tarfile.open(kept) as archive:
        archive.extractall(tmp_path / "forged", filter="data")
    (tmp_path / "forged" / "database.sql").write_text("DROP SCHEMA public CASCADE;")
    with tarfile.open(damaged, "w:gz") as archive:
        for name in ("database.sql", "manifest.json"):
            archive.add(tmp_path / "forged" / name, arcname=name)


def test_a_running_parley_is_not_restored_under_its_visitors(kept, running):
    done = running.manage("restore", "--replace", str(kept))

    assert done.returncode == 1
    assert is_one_sentence(done.stderr)
    assert running.url in done.stderr


def test_a_backup_never_writes_over_another(kept, running):
    done = running.manage("backup", str(kept))

    assert done.returncode == 1
    assert is_one_sentence(done.stderr)
    assert os.listdir(kept.parent) == [kept.name]


def test_a_restore_that_fails_in_the_middle_leaves_the_database_as_it_was(kept, restored, tmp_path):
    unpack(kept, tmp_path / "unpacked")
    broken = tmp_path / "unpacked" / "database.sql"
    broken.write_text(broken.read_text() + "\nSELECT * FROM no_such_table;\n")

    done = restored.manage(
        "shell", "--verbosity=0", "--command", RESTORE_FROM.format(folder=str(tmp_path / "unpacked"))
    )

    assert "no_such_table" in done.stderr
    assert "nothing has changed" in done.stderr
    assert "zoë" in people(restored)


RESTORE_FROM = """
from pathlib import Path
from chatsite.backups import restore
from chatsite.postgres_client import database
with database(alone=True):
    restore(Path({folder!r}), replace=True)
"""
