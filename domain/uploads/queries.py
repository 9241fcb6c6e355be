"""Reads of uploads: whoever began one sees it, and nobody else."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.errors import UploadOver
from domain.uploads.rules import GONE
from domain.uploads.shapes import UploadView
from domain.uploads.tables import Upload


def visible(caller: Caller) -> SelectOfScalar[Upload]:
    return of_house(caller).where(col(Upload.actor) == caller.actor)


def of_house(caller: Caller) -> SelectOfScalar[Upload]:
    """Everybody's, for workers."""
    return select(Upload).where(col(Upload.workspace_id) == caller.workspace_id)


async def get_upload(session: AsyncSession, caller: Caller, id_: UUID) -> UploadView:
    """Raises `NotFound`, and `UploadOver` for one that was given up."""
    caller.need(Scope.POSTS_WRITE)
    row = await find(session, visible(caller).where(col(Upload.id) == id_), what="upload")
    if row.state in GONE:
        raise UploadOver(f"It is {row.state}.")
    return UploadView.model_validate(row)


async def uploads_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, UploadView]:
    caller.need(Scope.POSTS_WRITE)
    rows = (await session.exec(visible(caller).where(col(Upload.id).in_(ids)))).all()
    return {row.id: UploadView.model_validate(row) for row in rows if row.state not in GONE}
