"""What `up` runs: engines, api and workers on one data folder."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.cli import doors, secret_files
from api.cli.children import Child
from api.cli.engines import Postgres, Valkey
from api.cli.postgres import APPLICATION, OWNER

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
    postgres = None if "DATABASE_URL" in os.environ else Postgres(wishes.data)
    valkey = None if "REDIS_URL" in os.environ else Valkey(wishes.data)
    port = door.getsockname()[1]
    url = f"http://{doors.shown_host(wishes.host)}:{port}"
    env = dict(os.environ) | engine_environment(wishes.data, postgres, valkey)
    env |= {"HOST": wishes.host, "PORT": str(port)}
    env.setdefault("PUBLIC_URL", url)
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
            ("api.cli.serving",),
            env | {"METRICS_PORT": metrics, "LISTEN_FD": str(door.fileno())},
            wishes.data,
            inherits=(door.fileno(),),
        ),
        workers=Child(
            "workers", ("workers",), env | {"METRICS_PORT": str(doors.free_port())}, wishes.data
        ),
    )


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
    if "SEALING_KEYS" not in os.environ:
        env["SEALING_KEYS"] = secret_files.sealing_keys(data_dir)
    return env
