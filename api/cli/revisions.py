"""Which migration is the newest, read without importing any."""

import re
from pathlib import Path

from api.cli.places import ROOT

VERSIONS = ROOT / "migrations" / "versions"
_NAMED = re.compile(r"^(revision|down_revision)\b[^=]*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)


def newest(versions: Path = VERSIONS) -> str | None:
    """The revision that no other follows; None when there is none or more than one."""
    revisions, followed = set(), set()
    for path in versions.glob("*.py"):
        named = dict(_NAMED.findall(path.read_text()))
        revisions.add(named.get("revision", ""))
        followed.add(named.get("down_revision", ""))
    heads = revisions - followed - {""}
    return heads.pop() if len(heads) == 1 else None
