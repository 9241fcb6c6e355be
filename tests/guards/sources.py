"""What guards read: our modules, and every file that is or would be committed."""

import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
FLOORS = ("api", "domain", "workers")


def modules(*folders: str) -> Iterator[Path]:
    """Python files with something in them."""
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if path.stat().st_size)


def committed() -> list[Path]:
    """Tracked files, and new ones that git does not ignore; all of them where git knows nothing."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    found = [ROOT / name for name in names] or sorted(ROOT.rglob("*"))
    return [path for path in found if path.is_file()]


def load_tables() -> dict[str, ModuleType]:
    """Every floor's tables, by floor: their names join the metadata and the shared ones."""
    floors = sorted(path.parent.name for path in (ROOT / "domain").glob("*/tables.py"))
    return {floor: import_module(f"domain.{floor}.tables") for floor in floors}
