import os
import shutil

import psutil
import psycopg
import pytest

from chatsite.embedded import Embedded
from chatsite.embedded.binaries import copy_binaries
from chatsite.embedded.user import choose_user
from chatsite.folder import DataFolder, Held


@pytest.fixture
def private_home(tmp_path):
    """Nobody but its owner may even look into it."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    yield home
    databases = home / "var" / "databases"
    if databases.is_symlink():
        shutil.rmtree(databases.resolve())


def test_root_keeps_its_databases_elsewhere_when_their_user_cannot_reach_its_home(private_home):
    said = []
    embedded = Embedded(private_home / "var", say=said.append)

    env = embedded.start()
    try:
        with psycopg.connect(env["DATABASE_URL"]) as database:
            kept_in = database.execute("SHOW data_directory").fetchone()[0]
        users = {psutil.Process(child.process.pid).username() for child in embedded.children}
    finally:
        embedded.stop()

    assert "root" not in users
    assert (private_home / "var" / "databases" / "postgres").resolve() == type(private_home)(kept_in)
    if os.getuid() == 0:
        assert not kept_in.startswith(str(private_home))
        assert len(said) == 1
        assert os.path.dirname(kept_in) in said[0]


def test_what_was_written_is_there_at_the_next_start(private_home):
    for number in (1, 2):
        embedded = Embedded(private_home / "var")
        env = embedded.start()
        try:
            with psycopg.connect(env["DATABASE_URL"]) as database:
                database.execute("CREATE TABLE IF NOT EXISTS starts (number int)")
                database.execute("INSERT INTO starts VALUES (%s)", [number])
                starts = database.execute("SELECT number FROM starts ORDER BY number").fetchall()
        finally:
            embedded.stop()

    assert starts == [(1,), (2,)]
    assert not embedded.sockets.exists()


def test_two_cannot_hold_one_folder(private_home):
    first, second = DataFolder(private_home / "var"), Embedded(private_home / "var")
    first.claim("Parley at http://localhost:8000")
    (first.path / "embedded.env").write_text("where the databases of the first are")

    with pytest.raises(Held, match="Parley at http://localhost:8000"):
        second.start()
    second.stop()

    assert (first.path / "embedded.env").exists()
    first.release()


def test_a_user_who_cannot_read_the_project_gets_programs_of_its_own(tmp_path_factory):
    place = tmp_path_factory.mktemp("programs")

    copied = copy_binaries(place)

    user = choose_user(place)
    private = tmp_path_factory.getbasetemp().parents
    for folder in (place, place.parent, private[0], private[1]):
        if folder.name.startswith(("programs", "popen", "pytest-")):
            folder.chmod(0o755)
    assert copied.postgres.is_relative_to(place)
    assert user.can([copied.postgres, "--version"])
    assert user.can([copied.initdb, "--version"])
    assert user.can([copied.valkey, "--version"])
