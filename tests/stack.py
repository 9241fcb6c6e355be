"""A whole Parvis in real processes, for flows and kill tests: engines, api and workers."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from api.cli.engines import Engines, start_engines
from api.cli.places import LEAN
from api.cli.postgres import DATABASE
from tests.conftest import KEY, migrated
from tests.engines import passable
from tests.nursery import Child, begin
from tests.once import made_once

PATIENCE_S = 40.0
Process = subprocess.Popen[bytes] | Child


@dataclass
class Stack:
    """Engines that survive a kill, one api and as many workers as are started."""

    engines: Engines
    folder: Path
    port: int
    env: dict[str, str]
    api: Process | None = None
    workers: list[Process] = field(default_factory=list)
    clients: list[httpx2.Client] = field(default_factory=list)
    token: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"{self.url}/sandbox"

    def spawn(self, *module: str, **env: str) -> Process:
        """As `up` does, or loaded before; what Python reads as it starts, it must start for."""
        name = module[0].partition(".")[0]
        wanted = {**self.env, **env}
        with (self.folder / f"{name}.log").open("ab") as log:
            if is_for_start(wanted):
                command = [sys.executable, "-m", LEAN, *module]
                return subprocess.Popen(command, env=wanted, stdout=log, stderr=log)
            return begin(*module, env=wanted, log=log)

    def start_api(self) -> None:
        self.api = self.spawn("api.cli.serving")
        until(self._answers, "the api answers", within_s=3 * PATIENCE_S)

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx2.HTTPError:
            return False

    def start_worker(self, **env: str) -> Process:
        worker = self.spawn("workers", **env)
        self.workers.append(worker)
        return worker

    def kill_worker(self) -> None:
        worker = self.workers.pop()
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)

    def kill_postgres(self) -> None:
        """SIGKILL of the server, as a power cut would be, then its own recovery."""
        process = self.engines.postgres.process
        assert process is not None
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        self.engines.postgres.end_leftover()
        self.engines.postgres.process = None
        self.engines.postgres.start()

    def kill_valkey(self) -> None:
        """SIGKILL of Valkey, then a start on what it had written."""
        self._end_valkey()
        self.engines.valkey.start()

    def wipe_valkey(self) -> None:
        """SIGKILL of Valkey, and everything it held is gone."""
        self._end_valkey()
        for found in sorted(self.engines.valkey.folder.rglob("*"), reverse=True):
            if found.is_file():
                found.unlink()
        self.engines.valkey.start()

    def _end_valkey(self) -> None:
        process = self.engines.valkey.process
        assert process is not None
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        self.engines.valkey.process = None

    def stop(self) -> None:
        for client in self.clients:
            client.close()
        for process in (*self.workers, self.api):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (*self.workers, self.api):
            if process is not None:
                _ended(process)
        self.engines.stop()

    def client(self, token: str | None = None) -> httpx2.Client:
        """A client that carries the token; closed with the stack."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        made = httpx2.Client(base_url=self.url, headers=headers, timeout=20)
        self.clients.append(made)
        return made

    def logs(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()


def is_for_start(env: dict[str, str]) -> bool:
    """Whether Python or the loader is told anything that we were not told when we started."""
    told = {name: said for name, said in env.items() if name.startswith(("PYTHON", "LD_"))}
    return told != {name: os.environ[name] for name in told.keys() & os.environ.keys()}


def _ended(process: Process) -> None:
    try:
        process.wait(8)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@contextmanager
def running_stack(folder: Path, *, workers: int = 1, **env: str) -> Iterator[Stack]:
    """A stack on a fresh data folder, with a workspace and a token that may do everything."""
    folder.mkdir(exist_ok=True)
    data = passable(folder) / "engines"
    prepared, token = _prepared()
    shutil.copytree(prepared, data / "postgres")
    engines = start_engines(data, durable=True)
    port = free_port()
    environment = _environment(engines, folder, port) | env
    stack = Stack(engines, folder, port, environment, token=token)
    try:
        stack.start_api()
        for _ in range(workers):
            stack.start_worker()
        yield stack
    finally:
        stack.stop()


def _prepared() -> tuple[Path, str]:
    """PostgreSQL's data with the workspace in it, and the token: as dear as all that follows."""
    made = made_once("prepared", _prepare)
    return made / "postgres", (made / "token").read_text()


def _prepare(folder: Path) -> None:
    folder.mkdir()
    shutil.copytree(migrated(), folder / "postgres")
    engines = start_engines(passable(folder), durable=False)
    try:
        engines.drop_database(DATABASE)
        engines.postgres.script(f"ALTER DATABASE parvis_template RENAME TO {DATABASE}")
        token = make_token(Stack(engines, folder, 0, _environment(engines, folder, 0)))
    finally:
        engines.stop()
    (folder / "token").write_text(token)


def _environment(engines: Engines, folder: Path, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": engines.app_url,
        "MIGRATION_DATABASE_URL": engines.owner_url,
        "REDIS_URL": engines.redis_url,
        "SEALING_KEYS": KEY,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATA_DIR": str(folder / "data"),
        "LOG_LEVEL": "INFO",
        "LEASE_S": "4",
        "OUTBOUND_TIMEOUT_S": "3",
        "POLL_MIN_S": "1",
        "SWEEP_EVERY_S": "5",
    }


def make_token(stack: Stack, workspace: str = "house", *options: str) -> str:
    """A token that may do everything in a workspace, which is made when it is not there."""
    asked = ("--workspace", workspace, "--create", "The house", "--name", "tests", "--all")
    with tempfile.TemporaryFile() as log:
        ended = begin("api", "token", *asked, *options, env=stack.env, log=log).wait(60)
        log.seek(0)
        said = log.read().decode()
    assert ended == 0, said
    return said.strip().splitlines()[-1].strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(holds: Callable[[], Any], what: str, *, within_s: float = PATIENCE_S) -> Any:
    """What `holds` gives once it is true; asks less often the longer it waits.

    Ten times a second for a minute would be a tenth of what the asked have to compute with.
    """
    begun = time.monotonic()
    while (waited_s := time.monotonic() - begun) < within_s:
        found = holds()
        if found:
            return found
        time.sleep(min(0.1 + waited_s / 20, 0.5))
    raise AssertionError(f"Not within {within_s} s: {what}.")
