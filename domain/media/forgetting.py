"""Content that no row has any more: noted as its row goes, thrown out behind it or swept later."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.errors import DependencyAway
from domain.kernel.reaching import reason_of
from domain.media.queries import visible
from domain.media.storage import MediaStore
from domain.media.tables import DroppedContent, Media

log = structlog.get_logger()
LOCK_CONTENT = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 2))")


async def lock_content(session: AsyncSession, caller: Caller, sha256: str) -> None:
    """Taken in and thrown out one after the other, so that no row loses its file."""
    name = f"{caller.workspace_id}/{sha256}"
    await session.exec(LOCK_CONTENT, params={"name": name})  # type: ignore[call-overload]  # SQLModel types no text()


async def drop_content(
    session: AsyncSession, caller: Caller, sha256: str, *, now: datetime
) -> None:
    """Notes that a row of this content goes: its bytes are looked at until they are gone too."""
    noted = insert(DroppedContent).values(
        workspace_id=caller.workspace_id, sha256=sha256, dropped_at=now
    )
    await session.exec(noted.on_conflict_do_nothing())


async def contents_dropped(
    session: AsyncSession, caller: Caller, *, before: datetime, most: int
) -> Sequence[str]:
    """What was dropped before and lies there still, as a store refused or a process died."""
    statement = select(DroppedContent.sha256).where(
        col(DroppedContent.workspace_id) == caller.workspace_id,
        col(DroppedContent.dropped_at) < before,
    )
    return (
        await session.exec(statement.order_by(col(DroppedContent.dropped_at)).limit(most))
    ).all()


async def forget_content(
    session: AsyncSession, caller: Caller, sha256: str, *, store: MediaStore
) -> None:
    """Throws content out unless a row still has it.

    Its row is gone already: where a store refuses, it is told and tried again, not the caller's
    matter.
    """
    await lock_content(session, caller, sha256)
    row = (await session.exec(visible(caller).where(col(Media.sha256) == sha256).limit(1))).first()
    if row is None:
        try:
            await asyncio.to_thread(store.remove, caller.workspace_id, sha256)
        except (OSError, DependencyAway) as error:
            log.error("media.bytes_left", sha256=sha256, reason=reason_of(error))  # noqa: TRY400 - told whole
            return
    await session.exec(
        delete(DroppedContent).where(
            col(DroppedContent.workspace_id) == caller.workspace_id,
            col(DroppedContent.sha256) == sha256,
        )
    )
