"""The embedded engines: PostgreSQL and Valkey in one data folder."""

from dataclasses import dataclass
from pathlib import Path

from api.cli.postgres import APPLICATION, OWNER, SUPERUSER, Postgres
from api.cli.valkey import Valkey

__all__ = ["Engines", "Postgres", "Valkey", "start_engines"]


@dataclass(frozen=True)
class Engines:
    """Both servers. The database `parvis` stands, owned by the role that migrates."""

    postgres: Postgres
    valkey: Valkey

    @property
    def owner_url(self) -> str:
        """The role that migrates: owner of the database, not superuser."""
        return self.postgres.url(OWNER)

    @property
    def app_url(self) -> str:
        """The role of api and workers: owns nothing, bypasses nothing."""
        return self.postgres.url(APPLICATION)

    @property
    def admin_url(self) -> str:
        """The superuser, on the database `postgres`."""
        return self.postgres.url(SUPERUSER, "postgres")

    @property
    def redis_url(self) -> str:
        return self.valkey.url

    def create_database(self, name: str, template: str | None = None) -> None:
        """A database of the owner's: empty, or a copy of `template` while nobody uses that."""
        self.postgres.create_database(name, template)

    def drop_database(self, name: str) -> None:
        self.postgres.drop_database(name)

    def start(self) -> None:
        """Start both side by side; returns when both answer."""
        self.valkey.begin()
        self.postgres.start()
        self.valkey.wait_ready()

    def stop(self) -> None:
        self.postgres.stop()
        self.valkey.stop()


def start_engines(folder: Path, *, durable: bool) -> Engines:
    """Both engines on `folder` (absolute), running. `durable=False` is for tests."""
    found = Engines(Postgres(folder, durable=durable), Valkey(folder, durable=durable))
    try:
        found.start()
    except BaseException:
        found.stop()
        raise
    return found
