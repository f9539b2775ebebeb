"""Makes .venv as requirements/ says; must be readable to Python 3.6, to say that it is too old.

python3 chatsite/bootstrap.py run|dev
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
NAMES = ["python3.13", "python3.12", "python3.11", "python3.14", "python3"]
PYTHON = os.path.join(".venv", "bin", "python")
MADE_FROM = os.path.join(".venv", "requirements.json")
IS_NEW_ENOUGH = f"import sys; assert sys.version_info >= {OLDEST}"
CAN_MAKE = IS_NEW_ENOUGH + "; import venv, ensurepip"


def main(wanted):
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    requirements = os.path.join("requirements", wanted + ".txt")
    # Two makes at once, in one clone: the second waits, and finds it made.
    with open(requirements) as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not is_true_of(PYTHON, IS_NEW_ENOUGH + "; import pip"):
            timed("Python environment", make_environment)
        if read_made_from().get(wanted) != digest(requirements):
            timed("Packages", install, requirements)
            # What development needs includes what running needs: both are compiled from one list.
            names = ["run", "dev"] if wanted == "dev" else ["run"]
            made_from = {name: digest(os.path.join("requirements", name + ".txt")) for name in names}
            with open(MADE_FROM, "w") as file:
                json.dump(made_from, file)


def make_environment():
    python = find_python()
    try:
        os.makedirs(".venv", exist_ok=True)
    except OSError as error:
        give_up(cannot_write(error))
    made = subprocess.run(
        [python, "-m", "venv", "--clear", ".venv"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode != 0:
        give_up(f"{python} could not make .venv: {made.stdout.decode(errors='replace').strip()}")


def install(requirements):
    command = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    try:
        open(MADE_FROM, "w").close()
    except OSError as error:
        give_up(cannot_write(error))
    if subprocess.run([*command, "--require-hashes", "-r", requirements]).returncode != 0:
        give_up(
            "The packages could not be installed, pip says above why: "
            "mend that (often the network, a proxy or pip's own settings) and run this again."
        )


def find_python():
    """The one we run in if it will do, else another of this machine."""
    names = [sys.executable] + [found for found in map(shutil.which, NAMES) if found]
    able = next((name for name in names if is_true_of(name, CAN_MAKE)), None)
    if able:
        return able
    new = next((name for name in names if is_true_of(name, IS_NEW_ENOUGH)), None)
    if new:
        give_up(
            f"{new} has no venv module: install it (on Debian and Ubuntu: apt install python3-venv), "
            "or name another Python with PYTHON=/path/to/python3."
        )
    give_up(
        f"Parley needs Python {OLDEST[0]}.{OLDEST[1]} or newer, and this is {sys.version.split()[0]}: "
        "install one, or if you have it name it with PYTHON=/path/to/python3."
    )


def is_true_of(python, program):
    try:
        tried = subprocess.run([python, "-c", program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return tried.returncode == 0


def read_made_from():
    try:
        with open(MADE_FROM) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def cannot_write(error):
    return (
        f"Cannot write in {os.getcwd()} ({error.strerror}): "
        "give it to this user, or clone into a folder of your own."
    )


def timed(what, do, *arguments):
    print(f"{what:<32}", end="", flush=True)
    began = time.time()
    do(*arguments)
    print(f"{time.time() - began:6.1f} s", flush=True)


def give_up(sentence):
    sys.exit("\n" + sentence)


if __name__ == "__main__":
    main(sys.argv[1])
