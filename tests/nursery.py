"""Processes of Parvis that begin loaded: one loads what api and workers load, and forks at a word.

Nearly all of what a start computes is loading, and flows and kills start a hundred processes. What
begins here is a process as any: with the environment, arguments and connections of its own, and
killed like any.
"""

import atexit
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import IO, NoReturn

from api.cli.lean import NEEDLESS
from api.cli.places import ROOT
from domain.kernel.memory import collect_seldom, keep_out_of_collections
from domain.networks import all_connectors

LOADED = ("api.cli.app", "api.wire", "api.main", "api.cli.token", "api.graph.http", "workers.main")
WORD_MAX_BYTES = 1 << 17


class Child:
    """One that was begun, to be asked as a `Popen` is."""

    def __init__(self, command: tuple[str, ...], line: socket.socket) -> None:
        self.args = command
        self.returncode: int | None = None
        self._line = line
        self.pid = int(line.recv(16))

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        found = self._ended(timeout)
        if found is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return found

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, within_s: float | None) -> int | None:
        if self.returncode is None and select.select([self._line], [], [], within_s)[0]:
            self.returncode = int(self._line.recv(16))
            self._line.close()
        return self.returncode


def begin(*command: str, env: Mapping[str, str], log: IO[bytes]) -> Child:
    """`python -m` of what is loaded, writing to `log`; it stands where the nursery does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        word = json.dumps([command, dict(env)]).encode()
        socket.send_fds(_nursery(), [word], [theirs.fileno(), log.fileno()])
    return Child(command, ours)


@cache
def _nursery() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )

    def end() -> None:
        ours.close()
        process.wait(10)

    atexit.register(end)
    return ours


@dataclass(frozen=True)
class _Word:
    command: list[str]
    env: dict[str, str]
    line: socket.socket
    log: int


def _heard(door: socket.socket) -> _Word | None:
    """What shall begin; None once nobody can ask any more."""
    said, passed, *_ = socket.recv_fds(door, WORD_MAX_BYTES, 2)
    if not said:
        return None
    command, env = json.loads(said)
    return _Word(command, env, socket.socket(fileno=passed[0]), passed[1])


def _tell_of(child: int, line: socket.socket) -> NoReturn:
    """Says who it is, and how it ended: the only one who learns that is who forked it."""
    line.send(str(child).encode())
    _, status = os.waitpid(child, 0)
    line.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(word: _Word) -> None:
    word.line.close()
    for stream in (sys.stdout, sys.stderr):
        os.dup2(word.log, stream.fileno())
    os.close(word.log)
    os.environ.clear()
    os.environ.update(word.env)
    sys.argv = word.command
    runpy.run_module(word.command[0], run_name="__main__", alter_sys=True)


def _load() -> None:
    collect_seldom()
    for name in NEEDLESS:
        sys.modules[name] = None  # type: ignore[assignment]  # as `api.cli.lean` has it
    for name in LOADED:
        import_module(name)
    all_connectors()
    keep_out_of_collections()


def _main() -> None:
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as door:
        while (word := _heard(door)) and os.fork():
            word.line.close()
            os.close(word.log)
    if word is None:
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if child := os.fork():
        _tell_of(child, word.line)
    _become(word)


if __name__ == "__main__":
    _main()
