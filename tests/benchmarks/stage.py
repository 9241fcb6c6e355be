"""Where the measurements run: engines of their own or the servers named, and processes on them."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx2
from pydantic import SecretStr

from api.cli import processes
from api.cli.engines import start_engines
from api.cli.migrate import move
from api.cli.tenants import make_token
from domain.kernel.caller import Scope
from domain.kernel.clock import utc_now
from domain.kernel.settings import Settings
from tests.engines import passable

KEY = "bench:" + "A" * 43 + "="
READY_WITHIN_S = 30.0
# One token asks for everybody: it is counted as in production, and never refused.
REQUESTS_PER_MIN = 1_000_000_000


@dataclass
class Stage:
    """`postgres_pid` is None where the server is not ours to look at."""

    owner_url: str
    app_url: str
    redis_url: str
    postgres_pid: int | None
    folder: Path
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(
            database_url=SecretStr(self.app_url),
            migration_database_url=SecretStr(self.owner_url),
            redis_url=SecretStr(self.redis_url),
            sealing_keys=SecretStr(KEY),
            data_dir=self.folder / "kept",
            limit_token_per_min=REQUESTS_PER_MIN,
        )

    def spawn(self, name: str, *module: str, **env: str) -> subprocess.Popen[bytes]:
        """A process of our own Python that ends with us; what it prints goes to `name`.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            child = processes.spawn(
                [sys.executable, "-m", *module],
                output=log,
                ends_with=signal.SIGTERM,
                env={**os.environ, **self._environment(), **env},
            )
        self.children.append(child)
        return child

    def end(self, child: subprocess.Popen[bytes]) -> None:
        processes.end(child, signal.SIGTERM, within_s=8)
        self.children.remove(child)

    def token(self, workspace_id: UUID) -> str:
        """A token that may do everything in a workspace."""
        made = make_token(
            self.settings,
            workspace_id,
            name="bench",
            scopes=Scope,
            expires_at=None,
            now=utc_now(),
        )
        return asyncio.run(made).token

    def _environment(self) -> Mapping[str, str]:
        return {
            "DATABASE_URL": self.app_url,
            "MIGRATION_DATABASE_URL": self.owner_url,
            "REDIS_URL": self.redis_url,
            "SEALING_KEYS": KEY,
            "LIMIT_TOKEN_PER_MIN": str(REQUESTS_PER_MIN),
            "HOST": "127.0.0.1",
            "DATA_DIR": str(self.folder / "kept"),
            "BENCH_OWNER_URL": self.owner_url,
        }


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """Engines and a migrated, empty database; everything that was started ends with it."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.environ.get("DATABASE_URL"):
        yield from _prepared(_named_stage(folder))
        return
    engines = start_engines(passable(folder) / "engines", durable=True)
    try:
        process = engines.postgres.process
        yield from _prepared(
            Stage(
                engines.owner_url,
                engines.app_url,
                engines.redis_url,
                process.pid if process else None,
                folder,
            )
        )
    finally:
        engines.stop()


def _named_stage(folder: Path) -> Stage:
    """Servers from the environment; their database must be empty, for made-up data fills it."""
    named = (os.environ.get(name, "") for name in ("MIGRATION_DATABASE_URL", "DATABASE_URL"))
    owner_url, app_url = named
    redis_url = os.environ.get("REDIS_URL", "")
    if not owner_url or not redis_url:
        sys.exit("bench: DATABASE_URL needs MIGRATION_DATABASE_URL and REDIS_URL beside it.")
    return Stage(owner_url, app_url, redis_url, None, folder)


def _prepared(stage: Stage) -> Iterator[Stage]:
    try:
        move(stage.settings, "head")
        if asyncio.run(_is_used(stage.owner_url)):
            sys.exit("bench: the database holds workspaces; name an empty one or another --data.")
        yield stage
    finally:
        for child in list(stage.children):
            stage.end(child)


async def _is_used(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        used: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM workspaces)")
        return used
    finally:
        await connection.close()


def wait_for(url: str, child: subprocess.Popen[bytes]) -> None:
    """Returns once something answers there."""

    def answers() -> bool:
        try:
            return child.poll() is not None or httpx2.get(url, timeout=2).status_code == 200
        except httpx2.HTTPError:
            return False

    if not processes.wait_until(answers, within_s=READY_WITHIN_S, every_s=0.1) or child.returncode:
        sys.exit(f"bench: nothing answers at {url}; see the logs in the data folder.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
