"""`export`: the contracts as files, committed and compared."""

import difflib
import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import SecretStr

from api.cli.catalogue import catalogue
from api.cli.places import ROOT
from api.cli.promises import broken_promises
from api.cli.settings_sheet import sheet
from api.cli.steps import tell
from api.graph.schema import schema
from api.main import create_app
from domain.kernel.settings import Settings

_SHOWN_LINES = 60
_BROKEN = "This breaks clients. Mend it, or name each in openapi/CHANGELOG.md:\n"


def export(
    *,
    check: Annotated[
        bool,
        Parameter(negative=(), help="Write nothing; fail and show what differs or breaks clients."),
    ] = False,
) -> int:
    wanted = contracts()
    if check:
        found = differences(wanted, ROOT)
        tell(found or "The exported contracts are as committed.")
        broken = broken_promises(wanted, ROOT)
        if broken:
            tell(_BROKEN + "\n".join(f"- {each}" for each in broken))
        return 1 if found or broken else 0
    for name, text in wanted.items():
        path = ROOT / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        tell(f"Wrote {name}.")
    return 0


def contracts() -> dict[str, str]:
    """Every exported file, by its path from the root."""
    described = create_app(defaults()).openapi()
    return {
        "openapi/openapi.json": json.dumps(described, indent=2, ensure_ascii=False) + "\n",
        "openapi/schema.graphql": schema.as_str().rstrip() + "\n",
        "openapi/problems.md": catalogue(),
        ".env.example": sheet(),
    }


def differences(wanted: dict[str, str], root: Path) -> str:
    """What differs between the files under `root` and what they should be, as a diff."""
    return "\n".join(
        line for name, text in wanted.items() for line in _difference(name, text, root / name)
    )


def _difference(name: str, text: str, path: Path) -> list[str]:
    found = list(
        difflib.unified_diff(
            _lines(path), text.splitlines(), f"{name} (committed)", name, lineterm="", n=2
        )
    )
    rest = len(found) - _SHOWN_LINES
    return found if rest <= 0 else [*found[:_SHOWN_LINES], f"… and {rest} lines more"]


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def defaults() -> Settings:
    """Settings whatever the environment says: contracts must not depend on the machine."""
    nothing = SecretStr("")
    return Settings.model_construct(database_url=nothing, redis_url=nothing, sealing_keys=nothing)
