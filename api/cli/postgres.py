"""An embedded PostgreSQL, reached through a private unix socket."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from api.cli import folders, identity, installed, processes
from api.cli.processes import Identity
from api.cli.secret_files import first_token_path, owner_path
from api.cli.trouble import Trouble

DATABASE, OWNER, APPLICATION, SUPERUSER = "parvis", "parvis_owner", "parvis_app", "postgres"

_SMALL_MACHINE = {
    "listen_addresses": "",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_workers": "2",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "max_logical_replication_workers": "0",
}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_ROLES = f"""
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE', wanted)
  FROM unnest(array['{OWNER}', '{APPLICATION}']) AS wanted
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) \\gexec
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER} STRATEGY wal_log'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
"""


class Postgres:
    """One server. `durable=False` is for tests alone: a crash of the machine loses data."""

    name = "postgres"

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        runs_as: Callable[[Path], Identity | None] = identity.identity_for,
    ) -> None:
        self.data_dir = folders.private_folder(data_dir)
        self.folder = data_dir / "postgres"
        self.sockets = folders.socket_folder(data_dir)
        self.settings = _SMALL_MACHINE if durable else _SMALL_MACHINE | _FORGETFUL
        self.extra = [] if durable else ["--no-sync"]
        self.process: subprocess.Popen[bytes] | None = None
        self.install = installed.postgres()
        self.identity = runs_as(self.install / "bin" / "postgres")
        if self.identity and not self.identity.in_namespace:
            self.install = identity.reachable_copy(self.install, data_dir, self.identity)

    def begin(self) -> None:
        """Start the server, making its data first if there is none; returns before it answers."""
        self.end_leftover()
        folders.socket_folder(self.data_dir)
        if not self.folder.exists():
            self._make()
        self._refuse_other_major()
        self._own(self.folder, self.sockets)
        settings = self.settings | {"unix_socket_directories": str(self.sockets)}
        flags = [f"--{name}={value}" for name, value in settings.items()]
        with folders.open_log(self.log) as log:
            self.process = processes.spawn(
                [self.install / "bin" / "postgres", "-D", self.folder, *flags],
                output=log,
                ends_with=signal.SIGINT,
                env=_plain_environment(),
                identity=self.identity,
            )

    def wait_ready(self, within_s: float = 30) -> None:
        """Return once queries are answered and roles and database stand."""
        processes.wait_until(lambda: self._says_ready() or not self.is_running, within_s=within_s)
        if not self._says_ready():
            self.stop()
            raise Trouble("PostgreSQL did not start.", f"The reason ends {self.log}.")
        self.script(_ROLES)

    def start(self) -> None:
        self.begin()
        self.wait_ready()

    def stop(self, within_s: float = 4) -> None:
        """End it cleanly: open transactions are rolled back."""
        if self.process is not None:
            processes.end(self.process, signal.SIGINT, within_s=within_s)
            self.process = None
            folders.leave_sockets(self.sockets, self.data_dir)

    @property
    def log(self) -> Path:
        return folders.log_path(self.data_dir, self.name)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def script(self, sql: str, database: str = "postgres") -> str:
        """Run statements as superuser; gives what psql prints, bare."""
        where = ("-h", str(self.sockets), "-U", SUPERUSER, "-d", database)
        psql = self.install / "bin" / "psql"
        found = subprocess.run(  # noqa: S603 - our own programs
            [psql, "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-", *where],
            input=sql,
            capture_output=True,
            text=True,
            check=False,
            env=_plain_environment(),
        )
        if found.returncode:
            raise Trouble("PostgreSQL refused a statement.", found.stderr.strip())
        return found.stdout.strip()

    def create_database(self, name: str, template: str | None = None) -> None:
        """An owner's database, copied from `template` through the log (10x faster than by file)."""
        source = f' TEMPLATE "{template}"' if template else ""
        self.script(f'CREATE DATABASE "{name}" OWNER {OWNER}{source} STRATEGY wal_log')

    def drop_database(self, name: str) -> None:
        self.script(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def end_leftover(self) -> None:
        """End a server that an earlier run left on this data, or forget its stale lock files."""
        for lock in (self.folder / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            if lock.exists():
                self._end_holder(lock)

    def _end_holder(self, lock: Path) -> None:
        mark = f"-D {self.folder} "
        lines = lock.read_text(errors="replace").splitlines()
        named = [int(first) for first in lines[:1] if first.isdecimal()]
        # a machine that lost its power leaves noughts in it, or nothing
        for pid in named or processes.marked(mark):
            processes.end_stranger(pid, mark, signal.SIGINT, within_s=10)
        holder = processes.command_of(named[0]) if named else "nobody"
        if holder and mark not in holder:
            # PostgreSQL would take it for a server's, and starts with none that it cannot read
            lock.unlink(missing_ok=True)
        # of a server that was killed, the last processes keep a new one out for a moment
        memory = " ".join(lines[6:7]).split()[1:]
        processes.wait_until(lambda: not _is_held(memory), within_s=10)

    def _make(self) -> None:
        fresh = self.data_dir / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._own(fresh)
        command: list[str | Path] = [self.install / "bin" / "initdb", "-D", fresh]
        unicode = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        log_path = folders.log_path(self.data_dir, "initdb")
        with folders.open_log(log_path) as log:
            making = processes.spawn(
                [
                    *command,
                    "-U",
                    SUPERUSER,
                    "-A",
                    "trust",
                    *unicode,
                    "--no-locale",
                    "--no-instructions",
                    *self.extra,
                ],
                output=log,
                ends_with=signal.SIGTERM,
                env=_plain_environment(),
                identity=self.identity,
            )
            try:
                making.wait()
            finally:
                # told to stop meanwhile, it would go on in a folder that the next start makes anew
                processes.end(making, signal.SIGTERM, within_s=2)
        if making.returncode:
            raise Trouble("PostgreSQL's data could not be made.", f"The reason is in {log_path}.")
        # what lets somebody into a database that is gone lets nobody into this one
        for path in (first_token_path(self.data_dir), owner_path(self.data_dir)):
            path.unlink(missing_ok=True)
        fresh.rename(self.folder)

    def _own(self, *given: Path) -> None:
        if os.getuid() == 0:
            becomes = self.identity if self.identity and not self.identity.in_namespace else None
            for folder in given:
                folders.give(folder, becomes.uid if becomes else 0, becomes.gid if becomes else 0)

    def _says_ready(self) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        ours = self.is_running and self.process is not None and lines[:1] == [str(self.process.pid)]
        return ours and lines[-1].strip() == "ready"

    def _refuse_other_major(self) -> None:
        kept = (self.folder / "PG_VERSION").read_text().strip()
        ours = installed.major(self.install)
        if kept != ours:
            raise Trouble(
                f"{self.data_dir} holds data of PostgreSQL {kept}, this is PostgreSQL {ours}.",
                "Back it up with the Parvis release that wrote it (./parvis backup), "
                "then restore it here into a new folder (--data).",
            )


def _is_held(memory: list[str]) -> bool:
    """Whether any process holds memory of that id; where it cannot be told, none does."""
    try:
        rows = [row.split() for row in Path("/proc/sysvipc/shm").read_text().splitlines()]
    except FileNotFoundError:
        return False
    return any(row[1:2] == memory and row[6] != "0" for row in rows)


def _plain_environment() -> dict[str, str]:
    """Ours without PG* variables, which would lead the programs elsewhere, and in one language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "PGCLIENTENCODING": "UTF8"}
