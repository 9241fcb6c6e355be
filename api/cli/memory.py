"""Memory of a process and all its children, each shared page counted once among its sharers."""

import subprocess
import sys
from pathlib import Path


def share_mib(pid: int) -> float:
    """Proportional set size of one process in MiB; resident size where the system has no such."""
    if sys.platform != "linux":
        command = ["/bin/ps", "-o", "rss=", "-p", str(pid)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own programs
        return int(said.stdout.strip() or 0) / 1024
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    command = ["/bin/ps", "-A", "-o", "pid=,ppid="]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own programs
    pairs = (line.split() for line in said.stdout.splitlines())
    parents = {int(child): int(parent) for child, parent in pairs}
    found = [pid]
    for member in found:
        found.extend(child for child, parent in parents.items() if parent == member)
    return found
