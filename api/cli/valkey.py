"""An embedded Valkey in the data folder, on a private unix socket."""

import contextlib
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from api.cli import folders, installed, processes
from api.cli.trouble import Trouble


class Valkey:
    """One server. `durable=False` keeps nothing on disk."""

    name = "valkey"

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = folders.private_folder(data_dir)
        self.folder = folders.private_folder(data_dir / "valkey")
        self.socket = folders.socket_folder(data_dir) / "valkey.sock"
        self.pid_file = self.folder / "valkey.pid"
        self.append_only = "yes" if durable else "no"
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start the server; returns before it answers."""
        self.end_leftover()
        folders.socket_folder(self.data_dir)
        with folders.open_log(self.log) as log:
            self.process = processes.spawn(
                [installed.valkey(), "--dir", self.folder, *self._flags()],
                output=log,
                ends_with=signal.SIGTERM,
            )

    def _flags(self) -> list[str | Path]:
        return [
            *("--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
            *("--appendonly", self.append_only, "--appendfsync", "everysec", "--save", ""),
            *("--maxmemory-policy", "noeviction", "--set-proc-title", "no"),
            *("--pidfile", self.pid_file),
        ]

    def wait_ready(self, within_s: float = 30) -> None:
        """Return once commands are answered."""
        processes.wait_until(lambda: self.answers() or not self.is_running, within_s=within_s)
        if not (self.is_running and self.answers()):
            self.stop()
            raise Trouble("Valkey did not start.", f"The reason ends {self.log}.")

    def start(self) -> None:
        self.begin()
        self.wait_ready()

    def stop(self, within_s: float = 4) -> None:
        """End it cleanly: what it holds is written to disk."""
        if self.process is not None:
            processes.end(self.process, signal.SIGTERM, within_s=within_s)
            self.process = None
            folders.leave_sockets(self.socket.parent, self.data_dir)

    @property
    def log(self) -> Path:
        return folders.log_path(self.data_dir, self.name)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket), safe='/')}"

    def answers(self) -> bool:
        """Whether it replies to a ping; while it loads its data it does not."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(1)
            try:
                wire.connect(str(self.socket))
                wire.sendall(b"PING\r\n")
                return wire.recv(7) == b"+PONG\r\n"
            except OSError:
                return False

    def end_leftover(self) -> None:
        """End a server that an earlier run left on this data."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = int(self.pid_file.read_text())
            processes.end_stranger(pid, f"--dir {self.folder} ", signal.SIGTERM, within_s=5)
