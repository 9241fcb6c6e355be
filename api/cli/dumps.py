"""The whole database as one file, and back, by PostgreSQL's own programs."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from api.cli import installed
from api.cli.trouble import Trouble


def dump(url: str, file: Path) -> None:
    """Write everything the owner has, as it stands at one moment."""
    _run("pg_dump", url, ("--format=custom", "--no-owner", "--no-comments", f"--file={file}"))


def load(url: str, file: Path) -> None:
    """Bring all of a dump into an empty database, or nothing of it."""
    whole = ("--no-owner", "--exit-on-error", "--single-transaction")
    _run("pg_restore", url, (*whole, f"--dbname={connection(url)['PGDATABASE']}", str(file)))


def connection(url: str) -> dict[str, str]:
    """A URL as the variables PostgreSQL's programs read, so that no password is seen in `ps`."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    found = {
        "PGHOST": asked.get("host", parts.hostname or ""),
        "PGPORT": str(parts.port or asked.get("port", "")),
        "PGUSER": unquote(parts.username or asked.get("user", "")),
        "PGPASSWORD": unquote(parts.password or asked.get("password", "")),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        "PGSSLMODE": asked.get("sslmode", ""),
    }
    return {name: value for name, value in found.items() if value}


def _run(program: str, url: str, arguments: Sequence[str]) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(  # noqa: S603 - our own programs
        [installed.postgres() / "bin" / program, *arguments],
        env=kept | connection(url),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"{program} failed: {done.stderr.strip()}", "Mend that and run again.")
    return done.stdout
