"""Servers of other people as children of ours: on loopback, on free ports, gone with the test."""

import asyncio
import contextlib
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import uvicorn

from api.cli import processes
from api.main import create_app
from domain.kernel.settings import Settings

_READY_S = 180.0


def free_port() -> int:
    [port] = free_ports(1)
    return port


def free_ports(count: int) -> list[int]:
    """Different ones: what was given back may be given again at once."""
    with contextlib.ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]


def answers(port: int) -> bool:
    """Whether something listens on that port of loopback."""
    with socket.socket() as wire:
        wire.settimeout(1)
        return wire.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def serving(
    command: Sequence[str | Path],
    *,
    log: Path,
    is_ready: Callable[[], bool],
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A child that runs as long as the block; one that does not come up skips the test."""
    with log.open("ab") as output:
        child = processes.spawn(command, output=output, ends_with=signal.SIGTERM, env=env, cwd=cwd)
    try:
        processes.wait_until(
            lambda: is_ready() or child.poll() is not None, within_s=_READY_S, every_s=0.1
        )
        if child.poll() is not None or not is_ready():
            last = log.read_text(errors="replace").strip().splitlines()[-1:]
            pytest.skip(f"{Path(command[0]).name} did not come up: {' '.join(last)}")
        yield child
    finally:
        processes.end(child, signal.SIGTERM, within_s=10)


@contextlib.asynccontextmanager
async def live_api(settings: Settings) -> AsyncIterator[str]:
    """The api on a loopback port, in this very process: its root."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(create_app(settings), host="127.0.0.1", port=port, log_config=None)
    )
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn says it by an attribute alone
        await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running
