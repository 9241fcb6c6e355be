"""The api and the workers as children of the supervisor."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.cli import folders, processes
from api.cli.places import ROOT
from api.cli.trouble import Trouble


@dataclass
class Child:
    """A Python process of ours: `module` is run with `-m`, its output goes to `logs/<name>.log`."""

    name: str
    module: tuple[str, ...]
    env: Mapping[str, str]
    data_dir: Path
    inherits: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    begins_at: int = field(default=0, init=False)

    def begin(self) -> None:
        with folders.open_log(self.log) as log:
            self.begins_at = log.tell()
            self.process = processes.spawn(
                [sys.executable, "-m", *self.module],
                output=log,
                ends_with=signal.SIGTERM,
                env=self.env,
                cwd=ROOT,
                inherits=self.inherits,
            )
        self.pid_file.write_text(str(self.process.pid))

    start = begin

    def run(self, within_s: float) -> None:
        """Run it to its end, which must be a good one."""
        self.begin()
        if self.process is None or not processes.wait_until(
            lambda: not self.is_running, within_s=within_s
        ):
            raise Trouble(f"{self.name} took longer than {within_s:.0f} s.", f"See {self.log}.")
        if self.process.returncode:
            raise self.failed()
        self.stop()

    def failed(self) -> Trouble:
        """With its own remedy, where it told one."""
        told = self.last_words(1).removeprefix("parvis: ")
        if told != self.last_words(1):
            return Trouble(f"{self.name} stopped at its start.", told)
        return Trouble(
            f"{self.name} stopped at its start.", f"Its last words:\n{self.last_words()}"
        )

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self, within_s: float = 2) -> None:
        if self.process is not None:
            processes.end(self.process, signal.SIGTERM, within_s=within_s)
            self.pid_file.unlink(missing_ok=True)
            self.process = None

    def end_leftover(self) -> None:
        """End one that an earlier supervisor left behind (only where the kernel did not)."""
        # a machine that lost its power leaves noughts in it
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = int(self.pid_file.read_text())
            processes.end_stranger(pid, " ".join(self.module), signal.SIGTERM, within_s=3)
        self.pid_file.unlink(missing_ok=True)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> Path:
        return folders.log_path(self.data_dir, self.name)

    @property
    def pid_file(self) -> Path:
        return self.data_dir / f"{self.name}.pid"

    def last_words(self, lines: int = 12) -> str:
        """The end of what it wrote since this start, which may be nothing."""
        said = self.log.read_bytes()[self.begins_at :].decode(errors="replace")
        return "\n".join(said.splitlines()[-lines:])
