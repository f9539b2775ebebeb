"""`make` before there is anything but a Python."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.chatsite.conftest import is_one_sentence, run
from tests.product import ROOT

# What a machine may have as its python3: too old, or, as Debian ships it, without what makes environments.
POOR_PYTHON = """#!{python}
import runpy, sys
sys.executable = __file__
{poverty}
arguments = sys.argv[1:]
if arguments[0] == "-I":
    arguments = arguments[1:]
if arguments[0] == "-c":
    exec(arguments[1])
else:
    sys.argv = arguments
    runpy.run_path(arguments[0], run_name="__main__")
"""
TOO_OLD = "sys.version_info, sys.version = (3, 8, 20, 'final', 0), '3.8.20 (default)'"
WITHOUT_VENV = "sys.modules['ensurepip'] = None"


@pytest.fixture
def clone(tmp_path):
    """As much of one as making .venv takes, with nothing to install."""
    clone = tmp_path / "a clone"
    for name in ("Makefile", "chatsite/bootstrap.py"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    (clone / "requirements").mkdir()
    for name in ("run.txt", "dev.txt"):
        (clone / "requirements" / name).write_text("# nothing\n")
    return clone


@pytest.fixture
def machine(tmp_path):
    """A PATH with the few tools a bare machine has."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("make", "sh", "env"):
        (tools / name).symlink_to(shutil.which(name))
    return tools


def give_python(machine: Path, name: str, poverty: str):
    """Under a plain path of its own: a #! line knows no spaces."""
    (machine / name).write_text(POOR_PYTHON.format(python=os.path.realpath(sys.executable), poverty=poverty))
    (machine / name).chmod(0o755)


def make(clone: Path, machine: Path, *arguments):
    # These tests may themselves be run by a make, which would tell this one that it is the second.
    return run(
        ["make", "run-environment", *arguments], cwd=clone, PATH=str(machine), MAKEFLAGS="", MAKELEVEL="0"
    )


def test_make_takes_a_newer_python_that_is_there_and_makes_the_environment_once(clone, machine):
    give_python(machine, "python3", TOO_OLD)
    (machine / "python3.12").symlink_to(os.path.realpath(sys.executable))

    first, second = make(clone, machine), make(clone, machine)

    assert first.returncode == 0, first.stderr
    assert "Python environment" in first.stdout
    assert "Packages" in first.stdout
    assert (clone / ".venv" / "bin" / "python").exists()
    assert (second.returncode, second.stdout) == (0, "")


def test_changed_requirements_are_installed_again(clone, machine):
    (machine / "python3").symlink_to(os.path.realpath(sys.executable))
    make(clone, machine)
    (clone / "requirements" / "run.txt").write_text("# something else\n")

    done = make(clone, machine)

    assert done.returncode == 0
    assert "Python environment" not in done.stdout
    assert "Packages" in done.stdout


@pytest.mark.parametrize(
    ("poverty", "words"),
    [
        (TOO_OLD, ["3.11 or newer", "3.8.20", "PYTHON="]),
        (WITHOUT_VENV, ["no venv module", "python3-venv", "PYTHON="]),
    ],
)
def test_a_python_that_will_not_do_is_named_with_the_way_out(clone, machine, poverty, words):
    give_python(machine, "python3", poverty)

    done = make(clone, machine)

    assert done.returncode != 0
    assert is_one_sentence(sentences(done.stderr)), done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert not (clone / ".venv").exists()


def test_no_python_at_all_is_named_with_the_way_out(clone, machine):
    done = make(clone, machine)

    assert done.returncode != 0
    assert is_one_sentence(sentences(done.stderr)), done.stderr
    assert "Python 3.11 or newer" in done.stderr


def test_a_clone_that_cannot_be_written_is_named_with_the_way_out(clone, machine):
    (machine / "python3").symlink_to(os.path.realpath(sys.executable))
    (clone / ".venv").write_text("root may write anywhere, but not a folder where a file is")

    done = make(clone, machine)

    assert done.returncode != 0
    assert is_one_sentence(sentences(done.stderr)), done.stderr
    assert f"Cannot write in {clone}" in done.stderr


def sentences(stderr: str) -> str:
    """Without make's own last word."""
    return "\n".join(line for line in stderr.strip().splitlines() if not line.startswith("make: "))
