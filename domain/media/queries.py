"""Reads of media."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.ids import show
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.kernel.words import Word
from domain.media.rules import MediaState
from domain.media.shapes import AltTextView, MediaFactsView, MediaKind, MediaView
from domain.media.tables import Media, MediaConsent


class MediaSort(Word):
    """The order of media."""

    CREATED = "created_at", "The oldest first."
    CREATED_DOWN = "-created_at", "The newest first."
    RIGHTS_END = "rights_end_at", "Those whose right to be published ends, the soonest first."


class MediaRights(Word):
    """Whether the right to publish a file ends."""

    EXPIRING = "expiring", "The right to publish it ends."
    UNLIMITED = "unlimited", "It does not."


_ORDERS = {
    sort: Sort(sort, (getattr(Media, sort.lstrip("-")), col(Media.id)), (datetime, UUID))
    for sort in MediaSort
}


def visible(caller: Caller) -> SelectOfScalar[Media]:
    return select(Media).where(col(Media.workspace_id) == caller.workspace_id)


async def get_media(session: AsyncSession, caller: Caller, id_: UUID) -> MediaView:
    caller.need(Scope.POSTS_READ)
    return view_of(await find(session, visible(caller).where(col(Media.id) == id_), what="media"))


async def list_media(
    session: AsyncSession,
    caller: Caller,
    request: PageRequest,
    *,
    sort: MediaSort = MediaSort.CREATED_DOWN,
    kinds: Sequence[MediaKind] = (),
    rights: MediaRights | None = None,
    before: datetime | None = None,
    source_ids: Sequence[UUID] = (),
) -> Page[MediaView]:
    """Sorted by the end of rights, or `before` a moment: those alone whose rights end."""
    caller.need(Scope.POSTS_READ)
    statement, end = visible(caller), col(Media.rights_end_at)
    if kinds:
        content_type = col(Media.content_type)
        statement = statement.where(or_(*(content_type.startswith(f"{kind}/") for kind in kinds)))
    if rights is MediaRights.EXPIRING or sort is MediaSort.RIGHTS_END:
        statement = statement.where(end.is_not(None))
    if rights is MediaRights.UNLIMITED:
        statement = statement.where(end.is_(None))
    if before is not None:
        statement = statement.where(end < before)
    if source_ids:
        statement = statement.where(col(Media.rendition_of).in_(source_ids))
    order = _ORDERS[sort]
    return await order.page(session, statement, request, view=view_of)


async def media_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, MediaView]:
    caller.need(Scope.POSTS_READ)
    rows = (await session.exec(visible(caller).where(col(Media.id).in_(ids)))).all()
    return {row.id: view_of(row) for row in rows}


def view_of(row: Media) -> MediaView:
    return MediaView(
        id=row.id,
        kind=MediaKind(row.content_type.partition("/")[0]),
        file_name=row.file_name,
        content_type=row.content_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        state=MediaState(row.state),
        facts=None if row.facts is None else MediaFactsView.model_validate(row.facts),
        alt_text=row.alt_text,
        alt_texts=[AltTextView.model_validate(each) for each in row.alt_texts],
        credit=row.credit,
        source=row.source,
        licence=row.licence,
        rights_until=row.rights_until,
        rights_networks=row.rights_networks,
        rights_territories=row.rights_territories,
        rights_end_at=row.rights_end_at,
        rendition_of=row.rendition_of,
        rendition_for=row.rendition_for,
        content_url=f"/v1/media/{show('med', row.id)}/content",
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def consents_of(
    session: AsyncSession, caller: Caller, media_id: UUID
) -> Sequence[MediaConsent]:
    statement = select(MediaConsent).where(
        col(MediaConsent.workspace_id) == caller.workspace_id,
        col(MediaConsent.media_id) == media_id,
    )
    return (await session.exec(statement)).all()
