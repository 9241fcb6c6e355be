"""Other tz data for a while: a zone that keeps its name and gets the rules of another."""

import shutil
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import tzdata

PACKAGE = Path(tzdata.__file__).parent
ZONES = sorted(set((PACKAGE / "zones").read_text().split()) - {"Factory"})


def write_rules(root: Path, version: str, zones: Mapping[str, str]) -> None:
    """Such data in a folder, as `PYTHONTZPATH` may name it."""
    (root / "tzdata.zi").write_text(f"# version {version}\n# made up\n")
    for name, other in zones.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / "zoneinfo" / other, root / name)


@contextmanager
def new_rules(version: str, zones: Mapping[str, str]) -> Iterator[None]:
    """Zones by name, and the zone whose rules each has from now on."""
    before = zoneinfo.TZPATH
    with TemporaryDirectory() as folder:
        write_rules(Path(folder), version, zones)
        zoneinfo.reset_tzpath([folder, *before])
        zoneinfo.ZoneInfo.clear_cache()
        try:
            yield
        finally:
            zoneinfo.reset_tzpath(before)
            zoneinfo.ZoneInfo.clear_cache()
