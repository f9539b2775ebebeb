"""The browser of the tests: one that is installed, else Debian's.

python -m tests.chromium
"""

import os
import shutil
import subprocess
import sys

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
ON_A_MAC = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
]


def find_chromium() -> str | None:
    named = [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else []
    return next((found for found in map(shutil.which, named + NAMES + ON_A_MAC) if found), None)


def install_chromium():
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return
    quietly = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update", "--quiet"], quietly):
        subprocess.run(command, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})


if __name__ == "__main__":
    if not find_chromium():
        install_chromium()
    if not find_chromium():
        sys.stderr.write(
            "There is no Chromium, so the browser tests will fail: install one (on Debian: apt install "
            "chromium), or name it with CHROMIUM=/path/to/chromium.\n"
        )
