import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "STYLE.md", "docs/protocol.md"])
def test_every_path_a_page_names_exists(page):
    text = (ROOT / page).read_text()
    named = {path for path in re.findall(r"`([a-z_]+(?:/[\w.-]+)+/?)`", text) if not path.startswith("var/")}
    named |= set(re.findall(r"\]\((?!https?:)([^)#]+)\)", text))

    missing = [path for path in named if not (ROOT / path).exists()]

    assert not missing


def test_the_architecture_takes_five_minutes_to_read():
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) < 120
    assert len((ROOT / "README.md").read_text().splitlines()) < 90
