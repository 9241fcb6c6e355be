import asyncio
import io
import os
import shutil
import signal
import sys
import tarfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest
from typing_extensions import Buffer

from api.cli import archive, backup, dumps, restore, secret_files, tenants
from api.cli.migrate import is_empty, migrate, move, refuse_to_lose_rows, revision
from api.cli.places import ROOT
from api.cli.surroundings import owner_url
from api.cli.trouble import Trouble
from api.state import open_state
from domain.identity.checks import check_bearer
from domain.kernel.caller import Scope
from domain.kernel.settings import Settings
from domain.kernel.unfinished import RestoreUnfinished
from tests.conftest import make_settings
from tests.domain.posts.build import make_due_post
from tests.engines import Servers
from workers.main import open_context

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@pytest.fixture
def full(servers: Servers, folder: Path) -> Iterator[Settings]:
    """A platform with a schema, the data folder's own keys and one stored file."""
    yield from _database(servers, folder / "full", template="parvis_template")


@pytest.fixture
def empty(servers: Servers, folder: Path) -> Iterator[Settings]:
    yield from _database(servers, folder / "empty", template=None)


def _database(servers: Servers, data_dir: Path, template: str | None) -> Iterator[Settings]:
    name = f"backup_{data_dir.name}"
    servers.make(name, template=template)
    (data_dir / "media" / "ab").mkdir(parents=True)
    if template:
        (data_dir / "media" / "ab" / "song").write_bytes(b"la la la")
    keys = secret_files.sealing_keys(data_dir)
    made = make_settings(servers, name, data_dir).model_dump() | {"sealing_keys": keys}
    yield Settings.model_validate(made)
    servers.engines.drop_database(name)


async def make_token(settings: Settings) -> str:
    workspace_id = await tenants.make_workspace(settings, slug="choir", name="Choir", now=NOW)
    made = await tenants.make_token(
        settings, workspace_id, name="t", scopes=[Scope.EVENTS_READ], expires_at=None, now=NOW
    )
    return made.token


async def asked(settings: Settings, sql: str) -> object:
    connection = await asyncpg.connect(owner_url(settings))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def counts(settings: Settings) -> dict[str, int]:
    """The rows of every table."""
    connection = await asyncpg.connect(owner_url(settings))
    try:
        names = [row[0] for row in await connection.fetch(TABLES)]
        return {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in names}
    finally:
        await connection.close()


def read(settings: Settings, source: Path) -> int:
    with tarfile.open(source) as file:
        return restore.read(settings, file, now=NOW)


def write(settings: Settings, target: Path) -> None:
    places = (secret_files.sealing_keys_path, secret_files.first_token_path)
    known = (place(settings.data_dir) for place in places)
    backup.write(settings, target, keys=tuple(path for path in known if path.exists()), now=NOW)


async def test_everything_comes_back(full: Settings, empty: Settings, folder: Path) -> None:
    token = await make_token(full)
    target = folder / "backup.tar"
    await asyncio.to_thread(write, full, target)

    count = await asyncio.to_thread(read, empty, target)

    assert count == 1
    assert (empty.media_dir / "ab" / "song").read_bytes() == b"la la la"
    assert await counts(empty) == await counts(full)
    assert (await counts(empty))["tokens"] == 1
    assert secret_files.sealing_keys(empty.data_dir) == secret_files.sealing_keys(full.data_dir)
    async with open_state(empty) as state:
        checked = await check_bearer(state.database, token, now=NOW)
    assert checked.caller.scopes == {Scope.EVENTS_READ}


async def test_a_folder_that_is_not_there_yet_is_made(
    full: Settings, empty: Settings, folder: Path
) -> None:
    """A restore on a new machine said that a folder of its own could not be used."""
    await asyncio.to_thread(write, full, folder / "backup.tar")
    shutil.rmtree(empty.data_dir)
    fresh = empty.model_copy(update={"sealing_keys": full.sealing_keys})

    count = await asyncio.to_thread(read, fresh, folder / "backup.tar")

    assert count == 1
    assert empty.data_dir.stat().st_mode & 0o777 == 0o700


async def test_what_fell_due_since_the_backup_is_in_doubt(
    full: Settings, empty: Settings, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Restored, it waited: what the lost installation had sent meanwhile was sent once more."""
    workspace_id = await tenants.make_workspace(full, slug="choir", name="Choir", now=NOW)
    async with open_state(full) as state:
        await make_due_post(state.database, workspace_id, now=NOW)
    await asyncio.to_thread(write, full, folder / "backup.tar")

    await asyncio.to_thread(read, empty, folder / "backup.tar")

    found = "SELECT state || ' ' || is_begun || ' ' || (sent_at = act_at) FROM deliveries"
    assert (await asked(full, found), await asked(empty, found)) == (None, "going true true")
    assert (
        "1 messages fell due since the backup: each is looked up before it is sent.\n"
        in capsys.readouterr().err
    )


async def test_a_restore_that_ended_on_the_way_begins_anew(
    full: Settings, empty: Settings, folder: Path
) -> None:
    """The database came first: what ended at the media found it full from then on."""
    await asyncio.to_thread(write, full, folder / "backup.tar")
    (empty.media_dir / "ab").rmdir()
    (empty.media_dir / "ab").write_text("in the way")
    with pytest.raises(OSError, match="ab"):
        await asyncio.to_thread(read, empty, folder / "backup.tar")
    (empty.media_dir / "ab").unlink()

    count = await asyncio.to_thread(read, empty, folder / "backup.tar")

    assert count == 1
    assert await counts(empty) == await counts(full)


async def test_a_restore_that_ended_behind_its_rows_goes_on_and_nothing_starts_before(
    full: Settings, empty: Settings, folder: Path
) -> None:
    """It looked whole: workers sent again what was out, and no other try was let in."""
    workspace_id = await tenants.make_workspace(full, slug="choir", name="Choir", now=NOW)
    await asyncio.to_thread(write, full, folder / "other.tar")
    async with open_state(full) as state:
        await make_due_post(state.database, workspace_id, now=NOW)
    secret_files.keep(secret_files.first_token_path(full.data_dir), "pv_live_first")
    await asyncio.to_thread(write, full, folder / "backup.tar")
    secret_files.first_token_path(empty.data_dir).mkdir()
    with pytest.raises(IsADirectoryError):
        await asyncio.to_thread(read, empty, folder / "backup.tar")
    secret_files.first_token_path(empty.data_dir).rmdir()
    # what a next command reads from the folder
    empty = empty.model_copy(update={"sealing_keys": full.sealing_keys})

    for opening in (open_state, open_context):
        with pytest.raises(RestoreUnfinished, match="has not ended"):
            async with opening(empty):
                pytest.fail("It started.")
    with pytest.raises(RestoreUnfinished):
        await asyncio.to_thread(write, empty, folder / "half.tar")
    with pytest.raises(Trouble, match="not empty"):
        await asyncio.to_thread(read, empty, folder / "other.tar")
    await asyncio.to_thread(read, empty, folder / "backup.tar")

    assert await asked(empty, "SELECT state FROM deliveries") == "going"
    assert await counts(empty) == await counts(full)
    async with open_state(empty), open_context(empty):
        assert not (folder / "half.tar").exists()


async def test_a_backup_that_is_told_to_stop_leaves_nothing_behind(
    full: Settings, folder: Path
) -> None:
    """pg_dump went on by itself, and the whole database stayed beside the backup's name."""
    (folder / "out").mkdir()
    owner = await asyncpg.connect(owner_url(full))
    async with owner.transaction():
        await owner.execute("LOCK TABLE posts")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "api",
            "backup",
            str(folder / "out" / "backup.tar"),
            env=os.environ | environment(full),
            cwd=ROOT,
        )
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'posts'::regclass"
        await until(lambda: owner.fetchval(waiting), 1)
        process.terminate()
        code = await process.wait()
        seeking = await asyncio.create_subprocess_exec("pgrep", "-f", str(folder / "out"))
        none_left = 1
        found = await seeking.wait()
    await owner.close()

    assert code == 128 + signal.SIGTERM
    assert list((folder / "out").iterdir()) == []
    assert found == none_left, "a pg_dump is at work"


async def until(found: Callable[[], Awaitable[object]], wanted: object) -> None:
    for _ in range(600):
        if await found() == wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("Not within 30 s.")


def environment(settings: Settings) -> dict[str, str]:
    return {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "MIGRATION_DATABASE_URL": owner_url(settings),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "SEALING_KEYS": settings.sealing_keys.get_secret_value(),
        "SEALING_KEYS_FILE": "",
        "DATA_DIR": str(settings.data_dir),
    }


async def test_row_level_security_comes_back_too(
    full: Settings, empty: Settings, folder: Path
) -> None:
    await make_token(full)
    await asyncio.to_thread(write, full, folder / "backup.tar")

    await asyncio.to_thread(read, empty, folder / "backup.tar")

    connection = await asyncpg.connect(empty.database_url.get_secret_value())
    seen = await connection.fetchval("SELECT count(*) FROM workspaces")
    await connection.close()
    assert await asked(empty, "SELECT count(*) FROM workspaces") == 1
    assert seen == 0


def test_a_backup_is_for_its_owner_alone(full: Settings, folder: Path) -> None:
    write(full, folder / "backup.tar")

    assert (folder / "backup.tar").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["backup.tar", "full"]


@pytest.mark.parametrize(
    ("name", "told"), [("there", "exists"), ("nowhere/backup.tar", "Cannot write to")]
)
def test_a_file_that_cannot_be_made_is_one_line(folder: Path, name: str, told: str) -> None:
    (folder / "there").touch()

    with pytest.raises(Trouble, match=told):
        backup.ensure_free(folder / name)


class Disturbed(io.BytesIO):
    """Where a backup goes while somebody deletes and cuts what is not packed yet."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def write(self, raw: Buffer) -> int:
        self.meanwhile()
        return super().write(raw)


def packed(target: Disturbed, media: Path) -> dict[str, bytes]:
    """What a backup holds of that folder, by name."""
    with tarfile.open(fileobj=target, mode="w") as file:
        archive.pack(file, archive.MEDIA, media)
    with tarfile.open(fileobj=io.BytesIO(target.getvalue())) as file:
        members = [(member.name, file.extractfile(member)) for member in file]
        return {name: content.read() for name, content in members if content is not None}


def test_what_is_deleted_while_it_is_packed_stays_out_and_stops_nothing(folder: Path) -> None:
    """The nightly backup stopped at the first medium that was gone."""
    for name in ("a", "b", "c", ".incoming-x"):
        (folder / name).write_text(name)

    found = packed(Disturbed(lambda: (folder / "b").unlink(missing_ok=True)), folder)

    assert found == {"media/a": b"a", "media/c": b"c"}


def test_a_piece_that_is_cut_while_it_is_packed_stops_nothing(folder: Path) -> None:
    """It was an unexpected end of data."""
    (folder / "piece").write_bytes(b"x" * 1_000_000)

    found = packed(Disturbed(lambda: os.truncate(folder / "piece", 0)), folder)

    assert len(found["media/piece"]) == 1_000_000


def test_a_folder_of_media_that_is_not_there_is_packed_as_none(folder: Path) -> None:
    assert packed(Disturbed(lambda: None), folder / "none") == {}


async def test_a_database_with_rows_is_not_overwritten(full: Settings, folder: Path) -> None:
    await asyncio.to_thread(write, full, folder / "backup.tar")
    before = await counts(full)

    with pytest.raises(Trouble, match=r"not empty.*--data"):
        await asyncio.to_thread(read, full, folder / "backup.tar")

    assert await counts(full) == before


def test_a_damaged_backup_changes_nothing(full: Settings, empty: Settings, folder: Path) -> None:
    write(full, folder / "backup.tar")
    raw = (folder / "backup.tar").read_bytes()
    at = raw.index(b"PGDMP") + 200
    (folder / "backup.tar").write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])

    with pytest.raises(Trouble, match="checksum differs"):
        read(empty, folder / "backup.tar")

    assert is_empty(empty)


def test_a_backup_of_a_newer_release_is_refused(empty: Settings, folder: Path) -> None:
    newer = archive.Manifest(1, "9.9", "of_the_future", NOW.isoformat(), "")
    with tarfile.open(folder / "backup.tar", "w") as file:
        archive.write_manifest(file, newer)

    with pytest.raises(Trouble, match=r"of_the_future.*9\.9 or newer"):
        read(empty, folder / "backup.tar")


def test_a_backup_without_its_keys_waits_for_them(
    full: Settings, empty: Settings, folder: Path
) -> None:
    backup.write(full, folder / "backup.tar", keys=(), now=NOW)

    with pytest.raises(Trouble, match=r"not on this ring \(k1\)\. .*sealing\.keys"):
        read(empty, folder / "backup.tar")
    before = is_empty(empty)
    read(empty.model_copy(update={"sealing_keys": full.sealing_keys}), folder / "backup.tar")

    assert before
    assert not is_empty(empty)


def test_a_path_outside_the_folder_is_refused(folder: Path) -> None:
    with tarfile.open(folder / "backup.tar", "w") as file:
        member = tarfile.TarInfo("media/../../escaped")
        member.size = 1
        file.addfile(member, io.BytesIO(b"x"))

    with tarfile.open(folder / "backup.tar") as file, pytest.raises(Trouble, match="outside"):
        archive.unpack(file, "media", folder / "in" / "media")

    assert not (folder / "escaped").exists()


def test_a_file_that_is_no_backup_is_refused(empty: Settings, folder: Path) -> None:
    with tarfile.open(folder / "other.tar", "w") as file:
        file.addfile(tarfile.TarInfo("hello"))

    with pytest.raises(Trouble, match="no backup"):
        read(empty, folder / "other.tar")


def test_a_backup_that_ends_too_early_is_told_from_no_backup(
    full: Settings, empty: Settings, folder: Path
) -> None:
    write(full, folder / "backup.tar")
    os.truncate(folder / "backup.tar", 20_000)

    with pytest.raises(Trouble, match=r"The backup is damaged: it ends too early\."):
        read(empty, folder / "backup.tar")
    assert is_empty(empty)


@pytest.mark.parametrize("how", ["cut off", "garbled"])
def test_a_backup_without_its_last_media_is_damaged(
    full: Settings, empty: Settings, folder: Path, how: str
) -> None:
    """It was restored without them, and said that all was well."""
    write(full, folder / "backup.tar")
    raw = bytearray((folder / "backup.tar").read_bytes())
    at = raw.index(b"media/ab/song")
    raw[at] ^= 1
    (folder / "backup.tar").write_bytes(raw[:at] if how == "cut off" else raw)

    with pytest.raises(Trouble, match=r"The backup is damaged: it ends too early\."):
        read(empty, folder / "backup.tar")
    assert is_empty(empty)


def test_a_garbled_medium_is_left_out_and_told(
    full: Settings, empty: Settings, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    song = full.media_dir / "ab" / sha256(b"la la la").hexdigest()
    song.write_bytes(b"la la lo")
    write(full, folder / "backup.tar")

    count = read(empty, folder / "backup.tar")

    told = f"media/ab/{song.name} is damaged in the backup and was left out."
    assert told in capsys.readouterr().err
    assert [path.name for path in empty.media_dir.rglob("*") if path.is_file()] == ["song"]
    assert count == 1


@pytest.mark.parametrize("name", ["", "nowhere.tar"])
def test_what_is_no_file_is_no_backup(folder: Path, name: str) -> None:
    """A folder was a traceback."""
    with pytest.raises(Trouble, match=r"is no file\. Name the file that `backup` wrote\."):
        restore.restore(folder / name, data=folder / "data")

    assert list(folder.iterdir()) == []


def test_no_password_stands_on_a_command_line() -> None:
    found = dumps.connection("postgresql://o%40x:p%2Fw@db:5433/parvis?sslmode=require")

    assert found == {
        "PGHOST": "db",
        "PGPORT": "5433",
        "PGUSER": "o@x",
        "PGPASSWORD": "p/w",
        "PGDATABASE": "parvis",
        "PGSSLMODE": "require",
    }


@pytest.mark.parametrize(
    ("address", "hosts", "ports"),
    [
        ("a:5432,b:5433", "a,b", "5432,5433"),
        ("a,b:5433", "a,b", ",5433"),
        ("[::1]:5433", "::1", "5433"),
        ("[fd00::7],10.0.0.2", "fd00::7,10.0.0.2", None),
    ],
)
def test_a_backup_finds_the_one_of_several_servers_that_takes_writes(
    address: str, hosts: str, ports: str | None
) -> None:
    """Api and workers ran with such an address, and a backup ended in a stack."""
    asked = "target_session_attrs=primary&sslmode=verify-full&sslrootcert=/ca.pem"

    found = dumps.connection(f"postgresql://o:p@{address}/parvis?{asked}")

    assert (found["PGHOST"], found.get("PGPORT")) == (hosts, ports)
    assert found["PGTARGETSESSIONATTRS"] == "primary"
    assert found["PGSSLROOTCERT"] == "/ca.pem"


def test_the_schema_goes_down_and_up_by_the_same_command(full: Settings) -> None:
    top = move(full, "head")

    assert move(full, "base") is None
    assert move(full, "head") == top
    assert move(full, top or "") == top


@pytest.mark.parametrize("to", ["base", "-1", "2026_11_22_1000"])
def test_a_step_down_is_refused_until_it_is_said_that_rows_may_go(
    full: Settings, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`migrate --to base` emptied the database without a word."""
    top = move(full, "head")
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "SEALING_KEYS"):
        monkeypatch.setenv(name, getattr(full, name.lower()).get_secret_value())

    with pytest.raises(Trouble, match=rf"From {top} down to {to}, .*\. Run .*say --lose-rows"):
        migrate(to=to)
    before = revision(full)
    migrate(to=to, lose_rows=True)

    assert before == top
    assert revision(full) != top


def test_a_way_up_or_nowhere_is_never_refused(full: Settings, empty: Settings) -> None:
    refuse_to_lose_rows(full, "head")
    refuse_to_lose_rows(full, revision(full) or "")
    refuse_to_lose_rows(empty, "base")


def test_an_unknown_revision_is_refused_and_nothing_moves(full: Settings) -> None:
    before = move(full, "head")

    with pytest.raises(Trouble, match=r"migrations/versions"):
        move(full, "nowhere")

    assert move(full, "head") == before
    assert os.environ["MIGRATION_DATABASE_URL"] == owner_url(full)


def test_a_revision_without_a_name_is_refused_before_anything_starts(folder: Path) -> None:
    with pytest.raises(Trouble, match=r"--to names no revision\. Leave it out for the newest\."):
        migrate(to="", data=folder / "data")

    assert list(folder.iterdir()) == []
