"""Changes of albums; each locks its album, so that two arrangements never mix."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find_for_change, insert, made_before, made_now, need_all
from domain.kernel.database import driver_of
from domain.kernel.errors import Fault, Misfit, NotFound
from domain.kernel.ids import new_id, show
from domain.media import queries
from domain.media.album_queries import visible
from domain.media.album_shapes import AlbumView, ChangeAlbum, CreateAlbum, PlaceMedia, TakeOutMedia
from domain.media.rules import arranged, places
from domain.media.tables import Album, AlbumItem, Media

MOST_MEDIA = 2000
"""Files in one album: an arrangement looks at all of them."""
PLACE = """
INSERT INTO album_items (workspace_id, id, album_id, media_id, position, added_at)
SELECT $1, sent.id, $2, sent.media_id, sent.position, $3
  FROM unnest($4::uuid[], $5::uuid[], $6::int[]) AS sent (id, media_id, position)
ON CONFLICT (workspace_id, album_id, media_id) DO UPDATE SET position = EXCLUDED.position
"""


async def create_album(
    session: AsyncSession, caller: Caller, command: CreateAlbum, *, now: datetime
) -> AlbumView:
    """Raises `NotFound` for the cover."""
    caller.need(Scope.POSTS_WRITE)
    before = await made_before(session, caller, Album, command)
    if before is not None:
        return AlbumView.model_validate(before)
    await _check_media(session, caller, [command.cover_id])
    row = Album(
        **made_now(caller, command, now=now),
        **command.model_dump(exclude={"id"}),
    )
    await insert(session, row, taken="This album exists already.")
    record(session, caller, "album.created", ("album", row.id), now=now)
    return AlbumView.model_validate(row)


async def change_album(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeAlbum,
    *,
    expected_version: int | None,
    now: datetime,
) -> AlbumView:
    """Raises `NotFound` for the cover."""
    caller.need(Scope.POSTS_WRITE)
    row = await _album(session, caller, id_, expected_version)
    values = command.sent()
    await _check_media(session, caller, [values.get("cover_id")])
    previous = apply(row, values, now=now)
    if previous:
        record_change(session, caller, "album.changed", ("album", id_), row, previous, now=now)
    return AlbumView.model_validate(row)


async def remove_album(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """What is in it stays on the shelf."""
    caller.need(Scope.POSTS_WRITE)
    await session.delete(await _album(session, caller, id_, expected_version))
    record(session, caller, "album.removed", ("album", id_), now=now)


async def place_media(
    session: AsyncSession, caller: Caller, id_: UUID, command: PlaceMedia, *, now: datetime
) -> AlbumView:
    """Raises `NotFound` for files and for a place that is not there, `Misfit` for a full album."""
    caller.need(Scope.POSTS_WRITE)
    row = await _album(session, caller, id_, None)
    known = await _known(session, caller, id_)
    moved = list(dict.fromkeys(command.media_ids))
    await _check_media(session, caller, moved)
    if command.before_id is not None and command.before_id not in known.keys() - set(moved):
        raise NotFound("other file in this album", [command.before_id])
    order = arranged(list(known), moved, command.before_id)
    if len(order) > MOST_MEDIA:
        fault = Fault("/media_ids", "album.full", f"An album holds {MOST_MEDIA:,} files.")
        raise Misfit(faults=(fault,))
    if order != list(known):
        found = places(order, known, set(moved))
        await _place(session, row, {i: p for i, p in found.items() if known.get(i) != p}, now)
        _tell(session, caller, row, "album.arranged", moved, now=now)
    return AlbumView.model_validate(row)


async def take_out_media(
    session: AsyncSession, caller: Caller, id_: UUID, command: TakeOutMedia, *, now: datetime
) -> AlbumView:
    """Raises `NotFound` for files that are nowhere."""
    caller.need(Scope.POSTS_WRITE)
    row = await _album(session, caller, id_, None)
    await _check_media(session, caller, command.media_ids)
    statement = (
        delete(AlbumItem)
        .where(
            col(AlbumItem.workspace_id) == caller.workspace_id,
            col(AlbumItem.album_id) == id_,
            col(AlbumItem.media_id).in_(command.media_ids),
        )
        .returning(col(AlbumItem.media_id))
    )
    connection = await session.connection()
    gone = (await connection.execute(statement)).scalars().all()
    if gone:
        _tell(session, caller, row, "album.thinned", gone, now=now)
    return AlbumView.model_validate(row)


async def _album(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Album:
    statement = visible(caller).where(col(Album.id) == id_)
    return await find_for_change(
        session, statement, what="album", expected_version=expected_version
    )


async def _known(session: AsyncSession, caller: Caller, id_: UUID) -> dict[UUID, int]:
    """The places of the files of an album, in order."""
    statement = (
        select(AlbumItem.media_id, AlbumItem.position)
        .where(col(AlbumItem.workspace_id) == caller.workspace_id, col(AlbumItem.album_id) == id_)
        .order_by(col(AlbumItem.position), col(AlbumItem.media_id))
    )
    return dict((await session.exec(statement)).all())


async def _check_media(session: AsyncSession, caller: Caller, ids: Sequence[UUID | None]) -> None:
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return
    statement = queries.visible(caller).where(col(Media.id).in_(wanted))
    need_all("media", wanted, (row.id for row in (await session.exec(statement)).all()))


async def _place(
    session: AsyncSession, row: Album, positions: Mapping[UUID, int], now: datetime
) -> None:
    driver = await driver_of(session)
    ids = [new_id() for _ in positions]
    columns = [ids, list(positions), list(positions.values())]
    await driver.execute(PLACE, row.workspace_id, row.id, now, *columns)


def _tell(
    session: AsyncSession,
    caller: Caller,
    row: Album,
    kind: str,
    ids: Sequence[UUID],
    *,
    now: datetime,
) -> None:
    row.version, row.updated_at = row.version + 1, now
    data = {"media": [show("med", id_) for id_ in ids]}
    record(session, caller, kind, ("album", row.id), now=now, data=data)
