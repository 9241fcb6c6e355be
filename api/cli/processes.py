"""Child processes that never outlive their parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from api.cli import namespace

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Identity:
    """As whom a child runs: `in_namespace` shows root as `uid`, else the child becomes `uid`."""

    uid: int
    gid: int
    in_namespace: bool


def spawn(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    ends_with: signal.Signals,
    env: Mapping[str, str] | None = None,
    identity: Identity | None = None,
    cwd: Path | None = None,
    inherits: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """A child in its own session; on Linux the kernel sends it `ends_with` when we die.

    Call it from the thread that lives longest: Linux counts the thread's end as the parent's.
    """
    becomes = identity if identity and not identity.in_namespace else None
    shown = identity if identity and identity.in_namespace else None
    before = namespace.command(shown.uid, shown.gid) if shown else []
    return subprocess.Popen(  # noqa: S603 our own command lines
        [*before, *(str(part) for part in command)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=env,
        cwd=cwd,
        start_new_session=True,
        pass_fds=inherits,
        user=becomes.uid if becomes else None,
        group=becomes.gid if becomes else None,
        extra_groups=[] if becomes else None,
        preexec_fn=first_steps(ends_with),  # noqa: PLW1509 no thread holds a lock here
    )


def first_steps(ends_with: signal.Signals) -> Callable[[], None]:
    """What a child does between fork and exec."""
    parent = os.getpid()

    def steps() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(ends_with))
            if os.getppid() != parent:
                os._exit(1)

    return steps


def command_of(pid: int) -> str:
    """The command line of a living process; empty when there is none."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it ended meanwhile, or is hidden as another user's
        if sys.platform == "linux":
            return ""
    else:
        return raw.replace(b"\0", b" ").decode(errors="replace")
    listed = subprocess.run(  # noqa: S603 - our own programs
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.strip()


def marked(mark: str) -> list[int]:
    """The living processes whose command lines hold it."""
    return [pid for pid in _living() if mark in command_of(pid)]


def _living() -> list[int]:
    if sys.platform == "linux":
        return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal()]
    listed = subprocess.check_output(["/bin/ps", "-A", "-o", "pid="])
    return [int(pid) for pid in listed.split()]


def pause(seconds: float) -> None:
    """Wait a moment while something outside this process changes."""
    threading.Event().wait(seconds)


def wait_until(holds: Callable[[], bool], *, within_s: float, every_s: float = 0.01) -> bool:
    """Whether the claim came true in time."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        pause(every_s)
    return True


def end(child: subprocess.Popen[bytes], how: signal.Signals, *, within_s: float) -> None:
    """Ask a child to stop, and kill its whole session when it does not in time."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(how)
    try:
        child.wait(within_s)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(within_s)


def end_stranger(pid: int, mark: str, how: signal.Signals, *, within_s: float) -> bool:
    """End what an earlier run left behind, if `pid` still is it; whether anything was there."""
    if mark not in command_of(pid):
        return False
    for signal_now in (how, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_now)
        if wait_until(lambda: mark not in command_of(pid), within_s=within_s):
            break
    return True
