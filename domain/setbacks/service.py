"""Work that broke is put off, told of once it goes on breaking, and forgotten once it went well."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.nudges import due_at
from domain.setbacks.rules import BROKEN, FORGOTTEN_AFTER, PATIENCE, PLACES, Place, Work, next_try
from domain.setbacks.tables import Setback

SUBJECTS = {
    Work.CARRY_ON: "update",
    Work.TELL: "source",
    Work.READ_BACK: "delivery",
    Work.REMIND: "review",
}


def _put_off(place: Place) -> str:
    """What is no longer due, or was planned anew meanwhile, is left alone."""
    mine = "t.workspace_id = :workspace AND t.id = :subject"
    if place.column is None:
        return f"SELECT {place.community}, {place.post} FROM {place.table} t WHERE {mine}"
    return (
        f"UPDATE {place.table} t SET {place.column} = :next_at {place.beside or 'WHERE'} "
        f"{mine} AND t.{place.column} <= :until RETURNING {place.community}, {place.post}"
    )


PUT_OFF = {work: text(_put_off(place)) for work, place in PLACES.items()}


async def troubled_of(
    session: AsyncSession, caller: Caller, work: Work, ids: Collection[UUID]
) -> frozenset[UUID]:
    """Those among these at which it broke the last time."""
    if not ids:
        return frozenset()
    statement = select(Setback.subject_id).where(
        col(Setback.workspace_id) == caller.workspace_id,
        col(Setback.work) == work,
        col(Setback.subject_id).in_(ids),
    )
    return frozenset((await session.exec(statement)).all())


async def due_again(
    session: AsyncSession, caller: Caller, work: Work, *, now: datetime
) -> Sequence[UUID]:
    """What broke of a kind of work that has no moments of its own, and is to be tried again."""
    statement = select(Setback.subject_id).where(
        col(Setback.workspace_id) == caller.workspace_id,
        col(Setback.work) == work,
        col(Setback.next_at) <= now,
    )
    return (await session.exec(statement.order_by(col(Setback.next_at)))).all()


async def put_off(
    session: AsyncSession,
    caller: Caller,
    work: Work,
    ids: Iterable[UUID],
    *,
    reason: str,
    until: datetime,
    now: datetime,
) -> None:
    """Has each tried again later, the later the more often it broke.

    `until` is how long the moment that was taken lasted: now, or the end of a lease.
    """
    for id_ in ids:
        row = await _row(session, caller, work, id_)
        failures = 1 if row is None or _is_over(row, now) else row.failures + 1
        next_at = next_try(failures, now=now)
        given = {"workspace": caller.workspace_id, "subject": id_, "until": until}
        moved = await session.exec(PUT_OFF[work], params={**given, "next_at": next_at})  # type: ignore[call-overload]  # SQLModel types no text()
        about = moved.one_or_none()
        if about is None:
            continue
        since = now if row is None or failures == 1 else row.since
        row = Setback(
            workspace_id=caller.workspace_id,
            work=work,
            subject_id=id_,
            community_id=about[0],
            post_id=about[1],
            failures=failures,
            reason=reason,
            since=since,
            next_at=next_at,
        )
        await session.merge(row)
        due_at(session, caller.workspace_id, id_, next_at)
        if failures == PATIENCE:
            _tell(session, caller, row, "stuck", now)


async def recovered(
    session: AsyncSession, caller: Caller, work: Work, ids: Iterable[UUID], *, now: datetime
) -> None:
    """Of what went well now."""
    for id_ in ids:
        row = await _row(session, caller, work, id_)
        if row is None:
            continue
        if row.failures >= PATIENCE:
            _tell(session, caller, row, "recovered", now)
        await session.delete(row)


async def _row(session: AsyncSession, caller: Caller, work: Work, id_: UUID) -> Setback | None:
    key = caller.workspace_id, work.value, id_
    return await session.get(Setback, key, with_for_update=True)


def _is_over(row: Setback, now: datetime) -> bool:
    return row.next_at + FORGOTTEN_AFTER < now


def _tell(session: AsyncSession, caller: Caller, row: Setback, what: str, now: datetime) -> None:
    data = {"work": row.work, "code": BROKEN["code"], "since": row.since.isoformat()}
    about = (SUBJECTS.get(Work(row.work), "post"), row.subject_id)
    record(session, caller, f"work.{what}", about, now=now, data=data)
