from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

from arq.connections import ArqRedis

from domain.kernel.caller import Caller, worker
from domain.kernel.database import Database, driver_of
from domain.kernel.errors import DependencyAway
from domain.kernel.ids import new_id
from domain.kernel.settings import Settings
from domain.media.disk import Disk
from domain.media.forgetting import forget_content
from domain.media.service import add_media, remove_media
from domain.media.shapes import AddMedia, MediaView
from domain.media.sniffing import Sniffed
from domain.media.storage import MediaStore
from tests.conftest import NOW
from tests.networks.scripted import ScriptedHttp
from tests.people import make_person
from tests.workers.world import make_context, trimmed
from tests.world import make_workspace
from workers.context import Context

DAY = timedelta(days=1)
OVER = "$3::timestamptz, coalesce($4::timestamptz, $3)"
ROWS = {
    "mails": (
        "INSERT INTO mails (id, user_id, kind, recipient, subject, state, attempts, doubts, until,"
        " created_at, act_at) "
        "VALUES ($1, $2, 'reset', 'a', 's', 'done', 1, 0, $3, $3::timestamptz, $4::timestamptz)"
    ),
    "sign_ins": (
        "INSERT INTO sign_ins (id, user_id, fingerprint, methods, address, agent,"
        " authenticated_at, seen_at, created_at, expires_at) "
        f"VALUES ($1, $2, uuid_send($1), '{{}}', '', '', $3, $3, {OVER})"
    ),
    "one_time_links": (
        "INSERT INTO one_time_links (id, user_id, fingerprint, purpose, email, next_path,"
        " created_at, expires_at) "
        f"VALUES ($1, $2, uuid_send($1), 'reset', 'a', '', {OVER})"
    ),
}


async def test_what_is_over_is_deleted_and_what_goes_on_stays(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    person = await make_person(database, password=None)
    long_ago, ahead = NOW - 31 * DAY, NOW + DAY
    for statement in ROWS.values():
        for ends_at in (None, ahead):
            await database.reads.execute(statement, new_id(), person.id, long_ago, ends_at)

    await trimmed(make_context(settings, database, redis, ScriptedHttp([])))

    kept = {
        table: await database.reads.fetchval(
            f"SELECT count(*) FROM {table} WHERE user_id = $1", person.id
        )
        for table in ROWS
    }
    assert kept == {"mails": 1, "sign_ins": 1, "one_time_links": 1}
    await database.reads.execute("DELETE FROM mails WHERE user_id = $1", person.id)


@dataclass(frozen=True, slots=True)
class Stubborn(Disk):
    """A shelf that lets nothing go."""

    def remove(self, workspace_id: UUID, sha256: str) -> None:
        raise DependencyAway(f"{sha256} of {workspace_id} stays.")


async def test_bytes_that_a_store_refused_to_throw_out_are_swept_unless_a_row_has_them_by_then(
    settings: Settings, database: Database, redis: ArqRedis, tmp_path: Path
) -> None:
    plain = make_context(settings, database, redis, ScriptedHttp([]))
    context = replace(plain, media=MediaStore(tmp_path))
    caller = worker(await make_workspace(database))
    refusing = replace(context.media, kept_on=Stubborn(context.media.root))

    async def add(content: bytes) -> MediaView:
        stowed = context.media.stow(BytesIO(content))
        picture, named = (
            Sniffed("image/png", 1, 1),
            AddMedia(id=None, file_name="a.png", alt_text=None, sha256=stowed.sha256),
        )
        async with database.transaction(caller.workspace_id) as session:
            return await add_media(
                session, caller, named, stowed, picture, store=context.media, now=NOW
            )

    async def remove(content: bytes) -> None:
        media = await add(content)
        async with database.transaction(caller.workspace_id) as session:
            await remove_media(session, caller, media.id, expected_version=None, now=NOW)
        async with database.transaction(caller.workspace_id) as session:
            await forget_content(session, caller, media.sha256, store=refusing)

    await remove(b"gone")
    await remove(b"back")
    kept = await add(b"back")
    before = [path.name for path in _files(context, caller)]

    await trimmed(replace(context, clock=lambda: NOW + DAY))

    assert len(before) == 2
    assert [path.name for path in _files(context, caller)] == [kept.sha256]
    left = "SELECT count(*) FROM dropped_contents WHERE workspace_id = $1"
    async with database.transaction(caller.workspace_id) as session:
        assert await (await driver_of(session)).fetchval(left, caller.workspace_id) == 0


def _files(context: Context, caller: Caller) -> list[Path]:
    folder = context.media.root / caller.workspace_id.hex
    return sorted(path for path in folder.rglob("*") if path.is_file())
