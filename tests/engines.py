"""Where tests find their engines: embedded ones, quick and forgetful, gone after the run."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.cli.engines import Engines, start_engines


@dataclass(frozen=True)
class Servers:
    """One PostgreSQL with a database per use, one Valkey."""

    engines: Engines

    @property
    def redis_url(self) -> str:
        return self.engines.redis_url

    def make(self, database: str, template: str | None = None) -> None:
        self.engines.create_database(database, template)

    def owner_url(self, database: str) -> str:
        return self.engines.owner_url.replace("/parvis?", f"/{database}?")

    def app_url(self, database: str) -> str:
        return self.engines.app_url.replace("/parvis?", f"/{database}?")


def passable(folder: Path) -> Path:
    """A folder of this run's own that `nobody` can reach: where root has no namespaces, its data
    is served by `nobody`."""
    ours = Path(tempfile.gettempdir())
    if os.getuid() == 0 and folder.is_relative_to(ours):
        for each in (folder, *folder.parents[: folder.parents.index(ours)]):
            each.chmod(each.stat().st_mode | 0o011)
    return folder


@contextmanager
def find_servers(folder: Path) -> Iterator[Servers]:
    engines = start_engines(passable(folder), durable=False)
    try:
        yield Servers(engines)
    finally:
        engines.stop()
