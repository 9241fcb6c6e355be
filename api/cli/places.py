"""Where things lie: the clone, the data folder, paths as the caller wrote them."""

import os
from pathlib import Path

from api.cli.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
LEAN = "api.cli.lean"
"""The module that api and workers start by."""


def as_called(path: Path) -> Path:
    """A path typed by the caller, who may stand in another folder than the launcher's."""
    return Path(os.environ.get("PARVIS_CALLED_FROM", Path.cwd())) / path.expanduser()


def ensure_writable(target: Path) -> None:
    """Raises `Trouble` where a file cannot be made, before anything is started for it."""
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise Trouble(
            f"Cannot write to {target.parent}.", "Name a file in a folder that is there and yours."
        )


def data_folder(given: Path | None) -> Path:
    """The folder of everything kept: as typed, else DATA_DIR, else `.parvis` in the clone.

    Raises `Trouble` for the clone itself, which an empty name means.
    """
    named = os.environ.get("DATA_DIR", ".parvis")
    folder = (ROOT / named if given is None else as_called(given)).resolve()
    if folder == ROOT.resolve():
        raise Trouble(
            "The data would lie among the sources, keys and all.",
            "Name a folder of its own with --data.",
        )
    return folder
