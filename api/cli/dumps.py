"""The whole database as one file, and back, by PostgreSQL's own programs."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from api.cli import installed
from api.cli.trouble import Trouble

_PLACE = re.compile(r"\[?([^\[\]]*?)\]?(?::(\d*))?")
_ASKED = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
"""What a URL may ask beside, by the variable of it."""


def dump(url: str, file: Path) -> None:
    """Write everything the owner has, as it stands at one moment."""
    _run("pg_dump", url, ("--format=custom", "--no-owner", "--no-comments", f"--file={file}"))


def load(url: str, file: Path) -> None:
    """Bring all of a dump into an empty database, or nothing of it."""
    whole = ("--no-owner", "--exit-on-error", "--single-transaction")
    _run("pg_restore", url, (*whole, f"--dbname={connection(url)['PGDATABASE']}", str(file)))


def connection(url: str) -> dict[str, str]:
    """A URL as the variables PostgreSQL's programs read, so that no password is seen in `ps`.

    It may name several servers, of which `target_session_attrs` tells the right one.
    """
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    places = [_place(each) for each in parts.netloc.rpartition("@")[2].split(",")]
    hosts, ports = [host for host, _ in places], [port for _, port in places]
    found = {
        "PGHOST": asked.get("host", _listed(hosts)),
        "PGPORT": _listed(ports) or asked.get("port", ""),
        "PGUSER": unquote(parts.username or asked.get("user", "")),
        "PGPASSWORD": unquote(parts.password or asked.get("password", "")),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        **{variable: asked.get(name, "") for name, variable in _ASKED.items()},
    }
    return {name: value for name, value in found.items() if value}


def _place(text: str) -> tuple[str, str]:
    """The host, of IPv6 without its brackets, and the port; empty where they are left out."""
    found = _PLACE.fullmatch(text)
    return (found[1], found[2] or "") if found else ("", "")


def _listed(each: Sequence[str]) -> str:
    return ",".join(each) if any(each) else ""


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
