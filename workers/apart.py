"""Does work row by row, so that one at which it breaks keeps none of those behind it waiting."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from traceback import extract_tb
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, worker
from domain.setbacks import service
from domain.setbacks.rules import Work
from workers.context import Context

OWN = str(Path(__file__).parent.parent) + "/"
Act = Callable[[AsyncSession, Caller, UUID], Awaitable[None]]
PutOff = Callable[[str], Awaitable[None]]


async def each_apart(
    context: Context,
    workspace_id: UUID,
    work: Work,
    ids: Sequence[UUID],
    act: Act,
    *,
    now: datetime,
) -> None:
    """Each in a transaction of its own; what breaks is tried again later, and told of."""
    caller = worker(workspace_id)
    async with context.database.transaction(workspace_id) as session:
        troubled = await service.troubled_of(session, caller, work, ids)
    for id_ in ids:
        async with (
            put_off_apart(context, workspace_id, work, [id_], until=now),
            context.database.transaction(workspace_id) as session,
        ):
            await act(session, caller, id_)
            if id_ in troubled:
                await service.recovered(session, caller, work, [id_], now=now)


@asynccontextmanager
async def put_off_apart(
    context: Context,
    workspace_id: UUID,
    work: Work,
    ids: Sequence[UUID],
    *,
    until: datetime,
    passes: tuple[type[Exception], ...] = (),
) -> AsyncIterator[None]:
    """What breaks in it is put off, all of these together; what `passes` is for others to answer.

    `until` is how long the moments that were taken last.
    """

    async def put_off(reason: str) -> None:
        async with context.database.transaction(workspace_id) as session:
            await service.put_off(
                session,
                worker(workspace_id),
                work,
                ids,
                reason=reason,
                until=until,
                now=context.clock(),
            )

    async with apart(work, ids, put_off, passes=passes):
        yield


@asynccontextmanager
async def apart(
    work: str, ids: Iterable[UUID], put_off: PutOff, *, passes: tuple[type[Exception], ...] = ()
) -> AsyncIterator[None]:
    """Logs what breaks in it (`note_broken`).

    Where the engine is away, `put_off` raises that.
    """
    try:
        yield
    except passes:
        raise
    except Exception as error:  # noqa: BLE001 - one broken row keeps back no other
        note_broken(work, ids, error)
        await put_off(type(error).__name__)


def note_broken(work: str, ids: Iterable[UUID], error: Exception) -> None:
    """Logs where it came through our own modules, the last of them first.

    Without what the error says, which may be anybody's words.
    """
    frames = [each for each in extract_tb(error.__traceback__) if OWN in each.filename]
    places = [f"{each.filename.rpartition(OWN)[2]}:{each.lineno}" for each in reversed(frames)]
    subjects = [id_.hex for id_ in ids]
    # Asked for each time: one that is kept stays with the settings it met first.
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger("apart")
    log.error(
        "work.broken", work=work, subjects=subjects, reason=type(error).__name__, places=places[:8]
    )
