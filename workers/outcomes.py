"""What came of a delivery, recorded: it arrived, or it is not there and is sent again."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.due import expect_echo
from domain.connector.errors import NetworkError, OutcomeUnknown, Unavailable
from domain.connector.words import Checkpoint, Published
from domain.kernel.caller import Caller, worker
from domain.mentions.service import answers_delivered
from domain.metrics.service import start_measuring
from domain.posts import arriving, recording
from domain.posts.arriving import Arrived
from domain.posts.behind import behind_doubt
from domain.posts.delivering import Task
from domain.posts.rules import DeliveryKind
from domain.setbacks.rules import BROKEN
from workers.apart import note_broken
from workers.behind import let_ahead, put_off_behind
from workers.context import Context
from workers.keeping import kept
from workers.outward import Line
from workers.timer import POSTS


async def record_done(
    context: Context, task: Task, published: Published | None, started_at: datetime
) -> None:
    arrived = Arrived(task, published, started_at)
    write = partial(_record_arrived, context)
    await kept(partial(context.outbox.arrivals.put, task.workspace_id, arrived, write))


async def _record_arrived(context: Context, workspace_id: UUID, arrived: Sequence[Arrived]) -> None:
    """What arrived at about the same time, in one transaction."""
    caller, now = worker(workspace_id), context.clock()
    async with context.database.transaction(workspace_id, is_routine=True) as session:
        tasks = await arriving.record_done(session, caller, arrived, now=now)
        speaking = {each.account_id for each in tasks if each.kind is not DeliveryKind.WITHDRAW}
        answers = [each.id for each in tasks if each.kind is DeliveryKind.ANSWER]
        public = {each.account_id for each in tasks if each.kind is DeliveryKind.PUBLISH}
        if answers:
            await answers_delivered(session, caller, answers, now=now)
        if public:
            await start_measuring(session, caller, public, now=now)
        if speaking:
            shortest_s = context.settings.poll_min_s
            await expect_echo(session, caller, speaking, now=now, shortest_s=shortest_s)


async def record_not_there(
    context: Context,
    task: Task,
    line: Line,
    started_at: datetime,
    *,
    again_at: datetime | None,
    checkpoint: Checkpoint | None,
) -> None:
    """It is looked up once more at `again_at`, or, if None, sent again; the others come after it.

    The checkpoint is that of a thread of which some was found; what misses is sent.
    """
    caller, now = worker(task.workspace_id), context.clock()
    behind = behind_doubt(task, again_at, now=now)

    async def record(session: AsyncSession) -> None:
        await recording.record_not_there(
            session,
            caller,
            task,
            again_at=again_at,
            checkpoint=checkpoint,
            started_at=started_at,
            now=now,
        )
        await show_known(session, caller, task, line)

    await put_off_behind(context, task, behind, record, now=now)
    if again_at is None:
        await let_ahead(context, task)


async def show_known(session: AsyncSession, caller: Caller, task: Task, line: Line | None) -> None:
    if line is not None and (resumes := line.connector.resume) is not None:
        await recording.show_known(session, caller, task, resumes.known)


def broken(task: Task, error: Exception, *, is_in_doubt: bool) -> NetworkError:
    """What breaks here, as an outcome: else it would be tried for ever, and nobody told."""
    note_broken(POSTS, [task.id], error)
    message, code = "Parvis breaks at it; its log says where.", BROKEN["code"]
    kind = OutcomeUnknown if is_in_doubt else Unavailable
    return kind(message, code=code, said=type(error).__name__)
