import http.client
import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from chatsite.embedded import Embedded
from tests.chatsite.conftest import Parley, is_gone, is_one_sentence, run
from tests.product import ROOT, free_port, wait_until


def get(parley, path):
    with closing(http.client.HTTPConnection("localhost", parley.port, timeout=5)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()


def test_a_start_says_what_it_does_and_where_to_go(running):
    said = running.why_not()

    for step in (
        "Made a new database",
        "Postgres",
        "Valkey",
        "Tables",
        "Static files",
        "Web, workers and clock",
    ):
        assert any(line.startswith(step) and line.endswith(" s") for line in said.splitlines()), said
    for page in ("/inbox/", "/admin/"):
        assert running.url + page in said
    assert f"written under {running.folder / 'mail'}" in said


def test_databases_listen_to_nobody_else(running):
    env = dict(line.split("=", 1) for line in (running.folder / "embedded.env").read_text().splitlines())

    with psycopg.connect(env["DATABASE_URL"]) as database:
        assert database.execute("SHOW listen_addresses").fetchone() == ("",)
        folder = database.execute("SHOW unix_socket_directories").fetchone()[0]
    assert os.stat(folder).st_mode & 0o077 == 0
    assert (running.folder / "embedded.env").stat().st_mode & 0o077 == 0


def test_other_commands_find_the_databases_of_a_running_parley(running):
    done = running.manage("showmigrations", "--plan")

    assert done.returncode == 0
    assert "[ ]" not in done.stdout


def test_a_second_start_on_the_same_folder_says_who_holds_it(running):
    done = running.manage("up", PORT=str(free_port()))

    assert done.returncode == 1
    assert is_one_sentence(done.stderr)
    assert f"{running.url} (process {running.process.pid})" in done.stderr


def test_a_port_in_use_is_named_with_the_way_out(running, new_folder):
    done = run(
        [sys.executable, "manage.py", "up"], PORT=str(running.port), PARLEY_DATA=str(new_folder("port"))
    )

    assert done.returncode == 1
    assert is_one_sentence(done.stderr)
    assert f"Port {running.port}" in done.stderr
    assert f"PORT={running.port + 1}" in done.stderr


def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(tmp_path):
    (tmp_path / "var").write_text("a file where the folder should be")

    done = run([sys.executable, "manage.py", "up"], PARLEY_DATA=str(tmp_path / "var"), PORT=str(free_port()))

    assert done.returncode == 1
    assert is_one_sentence(done.stderr)
    assert str(tmp_path / "var") in done.stderr
    assert "PARLEY_DATA" in done.stderr


def test_data_of_another_postgres_is_left_alone_and_the_way_named(new_folder):
    folder = new_folder("older")
    embedded = Embedded(folder)
    embedded.start()
    embedded.stop()
    (folder / "databases" / "postgres" / "PG_VERSION").write_text("17\n")

    done = run([sys.executable, "manage.py", "up"], PARLEY_DATA=str(folder), PORT=str(free_port()))

    assert done.returncode == 1
    sentence = done.stderr.strip().splitlines()[-1]
    assert "Postgres 17" in sentence
    assert "manage.py backup" in sentence
    assert "restore" in sentence
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"HOST": "0.0.0.0", "PARLEY_DEMO": "1"}, "PARLEY_DEMO=0"),
        ({"DATABASE_URL": "postgres://localhost/parley"}, "REDIS_URL is not"),
        ({"DATABASE_URL": "postgres://localhost/x", "REDIS_URL": "redis://localhost"}, "SECRET_KEY"),
        ({"HOST": "192.0.2.1", "PARLEY_DEMO": "0"}, "HOST"),
    ],
)
def test_settings_that_cannot_work_are_named_before_anything_starts(new_folder, env, words):
    site = {"PARLEY_DATA": str(new_folder("settings")), "PORT": str(free_port())}

    done = run([sys.executable, "manage.py", "up"], **(site | env))

    assert done.returncode == 1
    assert is_one_sentence(done.stderr)
    assert words in done.stderr


def test_a_clone_runs_from_a_long_path_with_a_space_beside_another(running, new_folder):
    deep = new_folder("a clone with a space in its name, as people have them")
    clone = deep / ("x" * max(1, 119 - len(str(deep))))
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, files.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(ROOT / name, clone / name)
    # The packages are those of this clone: installing them once more would only test pip.
    environment = clone / ".venv"
    environment.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (environment / name).symlink_to(os.path.join(sys.prefix, name))
    digest = run(
        [sys.executable, "-c", "import chatsite.bootstrap as b; print(b.digest('requirements/run.txt'))"]
    )
    (environment / "requirements.json").write_text(json.dumps({"run": digest.stdout.strip()}))

    parley = Parley(clone / "var")
    del parley.site["PARLEY_DATA"]
    parley.folder.mkdir()
    shutil.copytree(running.folder / "static", parley.folder / "static")
    parley.start(["make", "run"], cwd=clone)
    try:
        assert len(str(clone)) >= 120
        assert get(parley, "/health/ready")[0] == get(running, "/health/ready")[0] == 200
    finally:
        parley.process.terminate()
        parley.stop()
    assert not (clone / "var" / "embedded.env").exists()


def test_nobody_manages_yet_so_a_link_makes_the_first(running):
    link = next(line for line in running.why_not().splitlines() if "/setup/" in line).strip()

    status, page = get(running, link.removeprefix(running.url))

    assert status == 200
    assert "Create manager" in page


def test_a_web_process_that_dies_refuses_nobody(running):
    running.kill("web")

    assert get(running, "/health/live")[0] == 200


@pytest.mark.parametrize("name", ["worker-deadlines", "clock", "valkey", "postgres"])
def test_a_killed_child_is_started_again(running, name):
    killed = running.pid(name)

    running.kill(name)

    wait_until(lambda: running.pid(name) != killed, failing=running.why_not)
    wait_until(running.is_ready, seconds=20, failing=running.why_not)
    assert is_gone(killed)
    assert f"{name} was ended by SIGKILL" in running.why_not()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the limits of another process")
def test_sockets_may_open_more_files_than_usual(running):
    limits = Path(f"/proc/{running.pid('web')}/limits").read_text()

    soft, hard = next(line.split()[3:5] for line in limits.splitlines() if line.startswith("Max open files"))

    assert soft == hard or int(soft) >= 65_536
