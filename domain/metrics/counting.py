"""Keeps closings and tallies true to the samples: a little after each batch, or all anew."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.metrics import statements
from domain.metrics.rules import (
    Closing,
    Key,
    Period,
    Reading,
    after,
    before,
    day_of,
    periods_of,
    settle,
)
from domain.metrics.statements import run
from domain.metrics.subjects import Subject
from domain.metrics.words import ENGAGEMENT_PARTS, Interval

Closings = dict[Key, Closing]
Readings = Mapping[UUID, Sequence[Reading]]
EVER = datetime(1970, 1, 1, tzinfo=UTC)
BATCH = 200
"""Subjects counted anew at once."""


class Slot(NamedTuple):
    """One row of tallies."""

    community_id: UUID
    interval: Interval
    metric: str
    starts_on: date
    account_id: UUID
    cut_by: UUID
    network: str


@dataclass(slots=True)
class Shift:
    """By how much a tally moves."""

    change: int = 0
    total: int = 0
    known: int = 0
    measured: int = 0

    def count(self, closing: Closing, sign: int) -> None:
        self.change += sign * (closing.change or 0)
        self.total += sign * closing.total
        self.known += sign * (closing.change is not None)
        self.measured += sign


Shifts = defaultdict[Slot, Shift]


async def count(
    session: AsyncSession,
    caller: Caller,
    subjects: Sequence[Subject],
    readings: Readings,
    *,
    since: datetime,
) -> None:
    """Counts new readings in: only the periods they close, and those after, are touched.

    `since` is the moment of the earliest.
    """
    known = await _known(session, caller, subjects, readings)
    changed: dict[UUID, Closings] = {}
    shifts: Shifts = defaultdict(Shift)
    for subject in subjects:
        old = known[subject.id]
        new = settle(old, readings[subject.id], zone=subject.zone, begun_at=subject.begun_at)
        changed[subject.id] = new
        _shift(shifts, subject, subject.cut_by, {key: old[key] for key in new if key in old}, -1)
        _shift(shifts, subject, subject.cut_by, new, 1)
    await _write_closings(session, caller, changed)
    await _write_tallies(session, caller, shifts)
    await _note(session, caller, subjects, since=since)
    await _lay_out(session, caller, shifts)


async def recount(session: AsyncSession, caller: Caller, subjects: Sequence[Subject]) -> None:
    """Counts every sample of these subjects anew, in the zones they have now."""
    for start in range(0, len(subjects), BATCH):
        await _recount(session, caller, subjects[start : start + BATCH])


async def _recount(session: AsyncSession, caller: Caller, subjects: Sequence[Subject]) -> None:
    ids = [subject.id for subject in subjects]
    rows = await run(session, statements.OLD_CUTS, workspace=caller.workspace_id, subjects=ids)
    cut_before = {row["subject_id"]: row["cut_by"] for row in rows}
    taken = await run(
        session, statements.TAKE_CLOSINGS, workspace=caller.workspace_id, subjects=ids
    )
    old, readings = _by_subject(taken), await _all_readings(session, caller, ids)
    changed: dict[UUID, Closings] = {}
    shifts: Shifts = defaultdict(Shift)
    for subject in subjects:
        changed[subject.id] = settle(
            {}, readings[subject.id], zone=subject.zone, begun_at=subject.begun_at
        )
        _shift(shifts, subject, cut_before.get(subject.id, subject.cut_by), old[subject.id], -1)
        _shift(shifts, subject, subject.cut_by, changed[subject.id], 1)
    await _write_closings(session, caller, changed)
    await _write_tallies(session, caller, shifts)
    cuts = sorted({*cut_before.values(), *(subject.cut_by for subject in subjects)})
    await run(session, statements.DROP_EMPTY, workspace=caller.workspace_id, cuts=cuts)
    await _note(session, caller, subjects, since=EVER)
    await run(session, statements.DROP_SOURCES, workspace=caller.workspace_id, cuts=cuts)
    await _lay_out(session, caller, shifts)
    communities = sorted({subject.community_id for subject in subjects})
    await run(
        session,
        statements.DROP_EMPTY_MONTHS,
        workspace=caller.workspace_id,
        communities=communities,
    )


async def _note(
    session: AsyncSession, caller: Caller, subjects: Sequence[Subject], *, since: datetime
) -> None:
    """Brings the newest totals and the networks' names for them up to date."""
    found = {
        "workspace": caller.workspace_id,
        "subjects": [subject.id for subject in subjects],
        "cuts": [subject.cut_by for subject in subjects],
        "since": since,
    }
    await run(session, statements.STAND, **found)
    await run(session, statements.NAME_SOURCES, **found)


async def _known(
    session: AsyncSession, caller: Caller, subjects: Iterable[Subject], readings: Readings
) -> dict[UUID, Closings]:
    """The closings that new readings can touch, and their neighbours."""
    wanted = [
        (subject.id, period)
        for subject in subjects
        for period in _around(readings[subject.id], subject)
    ]
    rows = await run(
        session,
        statements.READ_CLOSINGS,
        workspace=caller.workspace_id,
        subjects=[id_ for id_, _ in wanted],
        intervals=[period.interval for _, period in wanted],
        starts=[period.starts_on for _, period in wanted],
    )
    return _by_subject(rows)


def _around(readings: Iterable[Reading], subject: Subject) -> set[Period]:
    days = {day_of(reading.sampled_at, subject.zone) for reading in readings}
    periods = {period for day in days for period in periods_of(day)}
    return {near for period in periods for near in (before(period), period, after(period))}


def _by_subject(rows: Iterable[RowMapping]) -> defaultdict[UUID, Closings]:
    found: defaultdict[UUID, Closings] = defaultdict(dict)
    for row in rows:
        key = Key(row["metric"], Period(Interval(row["interval"]), row["starts_on"]))
        found[row["subject_id"]][key] = Closing(row["closed_at"], row["total"], row["change"])
    return found


async def _all_readings(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> defaultdict[UUID, list[Reading]]:
    rows = await run(
        session, statements.READ_SAMPLES, workspace=caller.workspace_id, subjects=list(ids)
    )
    found: defaultdict[UUID, list[Reading]] = defaultdict(list)
    for row in rows:
        found[row["subject_id"]].append(Reading(row["metric"], row["total"], row["sampled_at"]))
    return found


def _shift(shifts: Shifts, subject: Subject, cut_by: UUID, closings: Closings, sign: int) -> None:
    for (metric, period), closing in closings.items():
        slot = Slot(
            subject.community_id,
            period.interval,
            metric,
            period.starts_on,
            subject.account_id,
            cut_by,
            subject.network,
        )
        shifts[slot].count(closing, sign)


async def _write_closings(
    session: AsyncSession, caller: Caller, changed: Mapping[UUID, Closings]
) -> None:
    rows = [(id_, key, c) for id_, found in changed.items() for key, c in found.items()]
    if not rows:
        return
    await run(
        session,
        statements.WRITE_CLOSINGS,
        workspace=caller.workspace_id,
        subjects=[id_ for id_, _, _ in rows],
        intervals=[key.period.interval for _, key, _ in rows],
        starts=[key.period.starts_on for _, key, _ in rows],
        metrics=[key.metric for _, key, _ in rows],
        closed=[closing.closed_at for _, _, closing in rows],
        totals=[closing.total for _, _, closing in rows],
        changes=[closing.change for _, _, closing in rows],
    )


async def _write_tallies(session: AsyncSession, caller: Caller, shifts: Shifts) -> None:
    moved = {slot: shift for slot, shift in shifts.items() if shift != Shift()}
    if not moved:
        return
    await run(
        session,
        statements.ADD_TALLIES,
        workspace=caller.workspace_id,
        communities=[slot.community_id for slot in moved],
        intervals=[slot.interval for slot in moved],
        metrics=[slot.metric for slot in moved],
        starts=[slot.starts_on for slot in moved],
        accounts=[slot.account_id for slot in moved],
        cuts=[slot.cut_by for slot in moved],
        networks=[slot.network for slot in moved],
        changes=[shift.change for shift in moved.values()],
        totals=[shift.total for shift in moved.values()],
        known=[shift.known for shift in moved.values()],
        measured=[shift.measured for shift in moved.values()],
    )


async def _lay_out(session: AsyncSession, caller: Caller, shifts: Shifts) -> None:
    """Lays the days of the touched months out anew, one batch of a community at a time."""
    months = sorted(
        {
            (slot.community_id, slot.metric, slot.starts_on.replace(day=1), slot.network)
            for slot in shifts
            if slot.interval is Interval.DAY
        }
    )
    for community_id in sorted({community_id for community_id, _, _, _ in months}):
        # Two batches of one community would each miss what the other has not committed yet.
        await run(session, statements.LOCK_COMMUNITY, community=str(community_id))
    if months:
        await run(
            session,
            statements.LAY_OUT,
            workspace=caller.workspace_id,
            parts=[str(part) for part in ENGAGEMENT_PARTS],
            communities=[month[0] for month in months],
            metrics=[month[1] for month in months],
            starts=[month[2] for month in months],
            networks=[month[3] for month in months],
        )
