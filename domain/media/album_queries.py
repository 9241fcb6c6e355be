"""Reads of albums and of what is in them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select, SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.pages import PageRequest, Sort, make_cursor, page_of, read_cursor
from domain.kernel.registers import Register
from domain.kernel.shapes import Page
from domain.media.album_shapes import AlbumItemView, AlbumView
from domain.media.queries import view_of
from domain.media.tables import Album, AlbumItem, Media

NEWEST_FIRST = Sort("-albums.created_at", (col(Album.created_at), col(Album.id)), (datetime, UUID))
IN_ORDER = "album_media.position"
PLACE = (col(AlbumItem.position), col(AlbumItem.media_id))


def visible(caller: Caller) -> SelectOfScalar[Album]:
    return select(Album).where(col(Album.workspace_id) == caller.workspace_id)


ALBUMS = Register(Album, "album", Scope.POSTS_READ, visible, AlbumView.model_validate)
get_album, albums_by_id = ALBUMS.one, ALBUMS.many


async def list_albums(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    media_ids: Sequence[UUID] = (),
) -> Page[AlbumView]:
    """The newest first."""
    caller.need(Scope.POSTS_READ)
    statement = visible(caller)
    if media_ids:
        holds = exists().where(
            col(AlbumItem.workspace_id) == col(Album.workspace_id),
            col(AlbumItem.album_id) == col(Album.id),
            col(AlbumItem.media_id).in_(media_ids),
        )
        statement = statement.where(holds)
    return await NEWEST_FIRST.page(session, statement, request, view=AlbumView.model_validate)


async def list_album_media(
    session: AsyncSession, caller: Caller, album_id: UUID, request: PageRequest
) -> Page[AlbumItemView]:
    """In the order of the album. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    await find(session, visible(caller).where(col(Album.id) == album_id), what="album")
    statement = _items(caller).where(col(AlbumItem.album_id) == album_id).order_by(*PLACE)
    if request.cursor is not None:
        keys = read_cursor(request.cursor, IN_ORDER, int, UUID)
        statement = statement.where(tuple_(*PLACE) > keys)
    rows = (await session.exec(statement.limit(request.limit + 1))).all()
    return page_of(
        rows,
        request,
        view=lambda row: _item_view(*row),
        cursor=lambda row: make_cursor(IN_ORDER, row[0].position, row[1].id),
    )


async def media_by_album(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[AlbumItemView]]:
    """The first `limit` files of each album, in one statement."""
    caller.need(Scope.POSTS_READ)
    number = func.row_number().over(partition_by=col(AlbumItem.album_id), order_by=PLACE)
    numbered = (
        select(AlbumItem.id, number.label("number"))
        .where(col(AlbumItem.workspace_id) == caller.workspace_id, col(AlbumItem.album_id).in_(ids))
        .subquery()
    )
    statement = (
        _items(caller)
        .join(numbered, col(AlbumItem.id) == numbered.c.id)
        .where(numbered.c.number <= limit)
        .order_by(numbered.c.number)
    )
    found: dict[UUID, list[AlbumItemView]] = {id_: [] for id_ in ids}
    for item, media in (await session.exec(statement)).all():
        found[item.album_id].append(_item_view(item, media))
    return found


def _items(caller: Caller) -> Select[AlbumItem, Media]:
    same = and_(
        col(Media.workspace_id) == col(AlbumItem.workspace_id),
        col(Media.id) == col(AlbumItem.media_id),
    )
    statement = select(AlbumItem, Media).join(Media, same)
    return statement.where(col(AlbumItem.workspace_id) == caller.workspace_id)


def _item_view(item: AlbumItem, media: Media) -> AlbumItemView:
    return AlbumItemView(position=item.position, added_at=item.added_at, media=view_of(media))
