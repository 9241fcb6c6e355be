"""Runs a program as root who sees itself as an ordinary user: `UID GID PROGRAM ARGUMENT…`.

A process of its own: one with threads cannot enter a namespace, and libraries may start some
right after a fork. Standard library only.
"""

import ctypes
import os
import sys
from pathlib import Path

_CLONE_NEWUSER = 0x10000000


def command(uid: int, gid: int) -> list[str]:
    """What to put before a program and its arguments."""
    return [sys.executable, "-I", "-S", __file__, str(uid), str(gid)]


def _enter(uid: str, gid: str) -> None:
    """Show this process to itself as that user, while the files stay root's."""
    outer_uid, outer_gid = os.getuid(), os.getgid()
    if ctypes.CDLL(None).unshare(_CLONE_NEWUSER) != 0:
        sys.exit("user namespaces are not allowed here")
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outer_uid} 1"),
        ("gid_map", f"{gid} {outer_gid} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(line)


def main(uid: str, gid: str, *program: str) -> None:
    _enter(uid, gid)
    os.execv(program[0], program)  # noqa: S606 - our own programs


if __name__ == "__main__":
    main(*sys.argv[1:])
