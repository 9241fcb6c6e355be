"""Where things lie: the clone, the data folder, paths as the caller wrote them."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def as_called(path: Path) -> Path:
    """A path typed by the caller, who may stand in another folder than the launcher's."""
    return Path(os.environ.get("PARVIS_CALLED_FROM", Path.cwd())) / path.expanduser()


def data_folder(given: Path | None) -> Path:
    """The folder of everything kept: as typed, else DATA_DIR, else `.parvis` in the clone."""
    if given is not None:
        return as_called(given).resolve()
    return (ROOT / os.environ.get("DATA_DIR", ".parvis")).resolve()
