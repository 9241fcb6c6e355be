"""Uploads that nobody went on with are given up; what is over is forgotten in the end."""

from datetime import datetime

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.uploads.queries import of_house
from domain.uploads.rules import CHECKING, EXPIRED, OPEN
from domain.uploads.shapes import UploadView
from domain.uploads.tables import Upload

MOST = 500
"""Of a workspace in one transaction; the next hour takes the rest."""


async def expire_uploads(
    session: AsyncSession, caller: Caller, *, now: datetime
) -> list[UploadView]:
    """Those given up: their bytes are to be dropped after the commit."""
    statement = (
        of_house(caller)
        .where(col(Upload.state) == OPEN, col(Upload.expires_at) <= now)
        .order_by(col(Upload.expires_at))
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )
    rows = (await session.exec(statement)).all()
    for row in rows:
        row.state, row.version, row.updated_at = EXPIRED, row.version + 1, now
        record(session, caller, "upload.expired", ("upload", row.id), now=now)
    return [UploadView.model_validate(row) for row in rows]


async def forget_uploads(session: AsyncSession, caller: Caller, *, before: datetime) -> None:
    """Those that were over before; the media they became stay."""
    await session.exec(
        delete(Upload).where(
            col(Upload.workspace_id) == caller.workspace_id,
            col(Upload.expires_at) < before,
            col(Upload.state).not_in([OPEN, CHECKING]),
        )
    )
