"""What `up` runs: engines, api and workers on one data folder."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.cli import doors, secret_files
from api.cli.children import Child
from api.cli.engines import Postgres, Valkey
from api.cli.places import LEAN
from api.cli.postgres import APPLICATION, OWNER
from api.cli.trouble import Trouble

_DATABASE = ("DATABASE_URL", "MIGRATION_DATABASE_URL")
Part = Postgres | Valkey | Child


@dataclass(frozen=True)
class Wishes:
    """What the caller of `up` asked for."""

    host: str
    port: int
    data: Path
    json: bool


@dataclass(frozen=True)
class Stack:
    """All parts, made but not started; `env` is what our own processes are given."""

    postgres: Postgres | None
    valkey: Valkey | None
    prepare: Child
    api: Child
    workers: Child
    env: Mapping[str, str]
    url: str

    @property
    def engines(self) -> list[Postgres | Valkey]:
        return [engine for engine in (self.valkey, self.postgres) if engine is not None]

    @property
    def watched(self) -> list[Part]:
        return [*self.engines, self.api, self.workers]

    @property
    def pids(self) -> dict[str, int]:
        return {part.name: part.process.pid for part in self.watched if part.process is not None}


def describe(wishes: Wishes, door: socket.socket) -> Stack:
    """The stack for these wishes; servers named in the environment replace the engines."""
    postgres, valkey = embedded(wishes.data)
    port = door.getsockname()[1]
    url = f"http://{doors.shown_host(wishes.host)}:{port}"
    env = dict(os.environ) | engine_environment(wishes.data, postgres, valkey)
    env |= {"HOST": wishes.host, "PORT": str(port)}
    env["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or url
    # Who builds against the sandbox waits for replies; other networks keep their own shortest.
    env.setdefault("POLL_MIN_S", "3")
    metrics = env.get("METRICS_PORT") or str(doors.free_port())
    door.set_inheritable(True)
    return Stack(
        postgres=postgres,
        valkey=valkey,
        env=env,
        url=url,
        prepare=Child("prepare", ("api.cli.prepare",), env, wishes.data),
        api=Child(
            "api",
            (LEAN, "api.cli.serving"),
            env | {"METRICS_PORT": metrics, "LISTEN_FD": str(door.fileno())},
            wishes.data,
            inherits=(door.fileno(),),
        ),
        workers=Child("workers", (LEAN, "workers"), env, wishes.data),
    )


def embedded(data_dir: Path) -> tuple[Postgres | None, Valkey | None]:
    """The engines that this machine runs itself: those for which no server is named."""
    given = [name for name in _DATABASE if os.environ.get(name)]
    if given == ["MIGRATION_DATABASE_URL"]:
        raise Trouble(
            "MIGRATION_DATABASE_URL is set and DATABASE_URL is not.",
            "Set both to use a server, neither to use the embedded PostgreSQL.",
        )
    postgres = None if given else Postgres(data_dir)
    valkey = None if os.environ.get("REDIS_URL") else Valkey(data_dir)
    return postgres, valkey


def engine_environment(
    data_dir: Path, postgres: Postgres | None, valkey: Valkey | None
) -> dict[str, str]:
    """The settings that lead to the embedded engines and to what the data folder keeps."""
    env = {"DATA_DIR": str(data_dir)}
    if postgres is not None:
        env["DATABASE_URL"] = postgres.url(APPLICATION)
        env["MIGRATION_DATABASE_URL"] = postgres.url(OWNER)
    if valkey is not None:
        env["REDIS_URL"] = valkey.url
    if not (os.environ.get("SEALING_KEYS") or os.environ.get("SEALING_KEYS_FILE")):
        env["SEALING_KEYS"] = secret_files.sealing_keys(data_dir)
        env["SEALING_KEYS_FILE"] = str(secret_files.sealing_keys_path(data_dir))
    return env
