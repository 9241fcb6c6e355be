"""What people make of a proposed update: other choices, an approval, or a dismissal."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply
from domain.kernel.errors import DeliveryUnderWay
from domain.kernel.ids import show
from domain.posts.finding import ensure_free
from domain.posts.tables import Post
from domain.upkeep.carrying import carry_out, look
from domain.upkeep.keeping import locked, locked_upkeep, note_stale, plan
from domain.upkeep.proposing import choose
from domain.upkeep.queries import (
    copies_of,
    is_proposed,
    shown_state,
    states_of,
    update_view,
    visible,
)
from domain.upkeep.rules import UNDER_WAY, Act, UpdateReason, UpdateState, after
from domain.upkeep.tables import Update
from domain.upkeep.update_shapes import ChangeUpdate, DismissUpdate, UpdateView

CONFIRMED = (UpdateReason.EXPIRED, UpdateReason.CHECK_DUE, UpdateReason.SOURCE_CHANGED)
"""What needs no update once somebody says that it still holds."""


async def change_update(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeUpdate,
    *,
    expected_version: int | None,
    now: datetime,
) -> UpdateView:
    """Raises `Misfit` for ways that a copy does not take, `NotAllowedNow` once it is decided."""
    caller.need(Scope.POSTS_WRITE)
    _, row = await locked(session, caller, id_, expected_version)
    row.state = after(UpdateState(row.state), Act.CHANGE)
    values = command.sent()
    choices = values.pop("copies", None)
    previous = apply(row, values, now=now)
    if choices:
        await choose(session, caller, row, command.copies)
        previous["copies"] = None
        if not values:
            row.version, row.updated_at = row.version + 1, now
    if previous:
        record_change(session, caller, "update.changed", ("update", id_), row, previous, now=now)
    return await update_view(session, caller, row)


async def approve_update(
    session: AsyncSession, caller: Caller, id_: UUID, *, expected_version: int | None, now: datetime
) -> UpdateView:
    """Plans everything that was decided, as deliveries; approved twice, nothing more.

    Raises `PostOnHold`, `Misfit` where words are missing, `NotAllowedNow` for what was dismissed,
    and as `edit_post`, `plan_answer`, `set_going` and `withdraw_post` do; then nothing is planned.
    """
    caller.need(Scope.POSTS_APPROVE)
    post, row = await locked(session, caller, id_, expected_version)
    if row.state in {UpdateState.APPROVED, UpdateState.DONE}:
        return await update_view(session, caller, row)
    ensure_free(post)
    row.state = after(UpdateState(row.state), Act.APPROVE)
    row.decided_by, row.decided_at = caller.actor, now
    row.version, row.updated_at = row.version + 1, now
    await carry_out(session, caller, post, row, now=now)
    data = {"post": show("post", post.id), "reason": row.reason}
    record(session, caller, "update.approved", ("update", id_), now=now, data=data)
    await look(session, caller, post, row, now=now)
    return await update_view(session, caller, row)


async def dismiss_update(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: DismissUpdate,
    *,
    expected_version: int | None,
    now: datetime,
) -> UpdateView:
    """Raises `DeliveryUnderWay` while anything of it is on its way, and `NotAllowedNow`."""
    caller.need(Scope.POSTS_APPROVE)
    post, row = await locked(session, caller, id_, expected_version)
    copies = (await copies_of(session, caller, [id_]))[id_]
    states = await states_of(session, caller, copies)
    if any(shown_state(row, copy, states) in UNDER_WAY for copy in copies):
        raise DeliveryUnderWay
    dismiss(session, caller, row, command.words, now)
    await freshen(session, caller, post, row, now=now)
    return await update_view(session, caller, row)


async def freshen(
    session: AsyncSession, caller: Caller, post: Post, ended: Update, *, now: datetime
) -> None:
    """A locked post is no longer stale for a change of sources once no update waits for one."""
    changed = UpdateReason.SOURCE_CHANGED
    if ended.reason == changed and not await is_proposed(session, caller, post.id, changed):
        _, upkeep = await locked_upkeep(session, caller, post.id)
        note_stale(post, upkeep, [each for each in upkeep.stale_for if each != changed])
        upkeep.version, upkeep.updated_at = upkeep.version + 1, now
        plan(session, post, upkeep)


async def dismiss_proposed(
    session: AsyncSession, caller: Caller, post_id: UUID, *, words: str, now: datetime
) -> None:
    """What dates and sources proposed for a post that still holds; the post is locked."""
    statement = visible(caller).where(
        col(Update.post_id) == post_id,
        col(Update.state) == UpdateState.PROPOSED,
        col(Update.reason).in_(CONFIRMED),
    )
    for row in (await session.exec(statement.order_by(col(Update.id)).with_for_update())).all():
        dismiss(session, caller, row, words, now)


def dismiss(session: AsyncSession, caller: Caller, row: Update, words: str, now: datetime) -> None:
    row.state = after(UpdateState(row.state), Act.DISMISS)
    row.decided_by, row.decided_at, row.words = caller.actor, now, words
    row.ended_at, row.act_at = now, None
    row.version, row.updated_at = row.version + 1, now
    data = {"post": show("post", row.post_id), "reason": row.reason, "words": words}
    record(session, caller, "update.dismissed", ("update", row.id), now=now, data=data)
