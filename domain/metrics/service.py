"""Records samples and keeps what is counted from them: the writing side of metrics."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import Sample
from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import driver_of
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.metrics import statements
from domain.metrics.counting import count, recount
from domain.metrics.rules import Reading, is_count
from domain.metrics.statements import run
from domain.metrics.subjects import (
    AccountLike,
    Subject,
    accounts_of_community,
    copies_by_id,
    copies_by_remote,
    copies_of_account,
    copies_of_calendar,
    subject_of_account,
)
from domain.metrics.timing import FIRST_WAIT
from domain.metrics.words import ACCOUNT_METRICS

MAKE_MONTHS = text("SELECT parvis_make_sample_months(CAST(:first_on AS date), :months) AS made")
Pairs = list[tuple[Subject, Sample]]


async def record_samples(
    session: AsyncSession,
    caller: Caller,
    account: AccountLike,
    samples: Sequence[Sample],
    *,
    now: datetime,
) -> int:
    """Keeps running totals read at `now` and counts them in; gives how many were new.

    A sample of this moment that is there already stays as it is. Samples of messages that are
    none of the account's published copies are left out, and so is what is no count. Late ones are
    counted where they belong.
    """
    caller.need(Scope.ACCOUNTS_WRITE)
    await run(session, statements.LOCK_ACCOUNT, account=str(account.id))
    counted = [each for each in samples if is_count(each.total)]
    pairs = await _attribute(session, caller, account, counted)
    new = await _append(session, caller, account, pairs, now)
    if not new:
        return 0
    subjects = list({subject.id: subject for subject, _ in pairs if subject.id in new}.values())
    await _keep_cuts(session, caller, subjects)
    moved = await _moved(session, caller, subjects)
    await count(
        session, caller, [each for each in subjects if each.id not in moved], new, since=now
    )
    await recount(session, caller, [each for each in subjects if each.id in moved])
    _tell(session, caller, account, subjects, new, now)
    return sum(map(len, new.values()))


async def start_measuring(
    session: AsyncSession, caller: Caller, account_ids: Iterable[UUID], *, now: datetime
) -> None:
    """Has what accounts have just published measured soon.

    Does nothing for an account that is not measured at all.
    """
    caller.need(Scope.ACCOUNTS_WRITE)
    at, accounts = now + FIRST_WAIT, list(account_ids)
    raw = await driver_of(session)
    for row in await raw.fetch(statements.SOONER, caller.workspace_id, accounts, at):
        due_at(session, caller.workspace_id, row["id"], at)


async def recut(session: AsyncSession, caller: Caller, calendar_id: UUID, *, now: datetime) -> int:
    """Cuts the days of a calendar's posts in the zone it has now; gives how many copies.

    Posts that came from another calendar, or went to one, are filed where they stand now.
    """
    caller.need(Scope.ACCOUNTS_WRITE)
    await run(session, statements.SET_CUT, workspace=caller.workspace_id, cut=calendar_id)
    rows = await run(
        session, statements.STANDING_CUTS, workspace=caller.workspace_id, cut=calendar_id
    )
    subjects = await copies_of_calendar(session, caller, calendar_id)
    here = {subject.id for subject in subjects}
    gone = [row["subject_id"] for row in rows if row["subject_id"] not in here]
    subjects += await copies_by_id(session, caller, gone) if gone else []
    await _recount_all(session, caller, subjects)
    record(session, caller, "metrics.recut", ("calendar", calendar_id), now=now)
    return len(subjects)


async def recut_community(
    session: AsyncSession, caller: Caller, community_id: UUID, *, now: datetime
) -> int:
    """The same for the accounts of a community, whose days are cut in its zone."""
    caller.need(Scope.ACCOUNTS_WRITE)
    await run(session, statements.SET_CUT, workspace=caller.workspace_id, cut=community_id)
    subjects = await accounts_of_community(session, caller, community_id)
    await _recount_all(session, caller, subjects)
    record(session, caller, "metrics.recut", ("community", community_id), now=now)
    return len(subjects)


async def recut_moved(session: AsyncSession, caller: Caller, *, now: datetime) -> int:
    """Finds the calendars and communities whose zone has changed and cuts them anew."""
    caller.need(Scope.ACCOUNTS_WRITE)
    moved = await run(session, statements.CUTS_MOVED, workspace=caller.workspace_id)
    for row in moved:
        cut = recut if row["is_calendar"] else recut_community
        await cut(session, caller, row["cut_by"], now=now)
    return len(moved)


async def recount_account(session: AsyncSession, caller: Caller, account: AccountLike) -> int:
    """Counts every sample of an account and its copies anew: after an import, or a repair."""
    caller.need(Scope.ACCOUNTS_WRITE)
    subjects = await copies_of_account(session, caller, account.id)
    subjects.append(await subject_of_account(session, caller, account))
    await _keep_cuts(session, caller, subjects)
    await _recount_all(session, caller, subjects)
    return len(subjects)


async def make_sample_months(session: AsyncSession, *, first_on: date, months: int) -> int:
    """Makes the partitions of these months, as far as they are missing; gives how many.

    What waits in the partition for the rest moves into its month. At most 60 at once.
    """
    made = await run(session, MAKE_MONTHS, first_on=first_on, months=months)
    return int(made[0]["made"])


async def _attribute(
    session: AsyncSession, caller: Caller, account: AccountLike, samples: Sequence[Sample]
) -> Pairs:
    """Whose each sample is."""
    of_posts = [each for each in samples if each.metric not in ACCOUNT_METRICS]
    copies = await copies_by_remote(
        session, caller, account.id, sorted({each.remote_id for each in of_posts})
    )
    pairs = [(copies[each.remote_id], each) for each in of_posts if each.remote_id in copies]
    if len(of_posts) == len(samples):
        return pairs
    own = await subject_of_account(session, caller, account)
    return pairs + [(own, each) for each in samples if each.metric in ACCOUNT_METRICS]


async def _append(
    session: AsyncSession, caller: Caller, account: AccountLike, pairs: Pairs, now: datetime
) -> dict[UUID, list[Reading]]:
    """Stores samples; gives the readings that were not there yet, by subject."""
    if not pairs:
        return {}
    rows = await run(
        session,
        statements.APPEND_SAMPLES,
        workspace=caller.workspace_id,
        account=account.id,
        network=account.network,
        sampled_at=now,
        subjects=[subject.id for subject, _ in pairs],
        metrics=[sample.metric for _, sample in pairs],
        totals=[sample.total for _, sample in pairs],
        sources=[sample.source_metric for _, sample in pairs],
        posts=[subject.post_id for subject, _ in pairs],
        communities=[subject.community_id for subject, _ in pairs],
    )
    found: defaultdict[UUID, list[Reading]] = defaultdict(list)
    for row in rows:
        found[row["subject_id"]].append(Reading(row["metric"], row["total"], row["sampled_at"]))
    return found


async def _keep_cuts(session: AsyncSession, caller: Caller, subjects: Iterable[Subject]) -> None:
    """Remembers in which zone days are cut, until `recut` changes it."""
    cuts = {subject.cut_by: subject for subject in subjects}
    await run(
        session,
        statements.CUT,
        workspace=caller.workspace_id,
        cuts=list(cuts),
        calendars=[not subject.is_account for subject in cuts.values()],
        zones=[subject.zone.key for subject in cuts.values()],
    )


async def _moved(session: AsyncSession, caller: Caller, subjects: Sequence[Subject]) -> set[UUID]:
    """Copies of posts that stand in another calendar than when they were last counted."""
    rows = await run(
        session,
        statements.OLD_CUTS,
        workspace=caller.workspace_id,
        subjects=[subject.id for subject in subjects],
    )
    cuts = {subject.id: subject.cut_by for subject in subjects}
    return {row["subject_id"] for row in rows if row["cut_by"] != cuts[row["subject_id"]]}


async def _recount_all(session: AsyncSession, caller: Caller, subjects: Sequence[Subject]) -> None:
    for account_id in sorted({subject.account_id for subject in subjects}):
        await run(session, statements.LOCK_ACCOUNT, account=str(account_id))
    await recount(session, caller, subjects)


def _tell(
    session: AsyncSession,
    caller: Caller,
    account: AccountLike,
    subjects: Iterable[Subject],
    new: dict[UUID, list[Reading]],
    now: datetime,
) -> None:
    data = {
        "sampled_at": now.isoformat(),
        "posts": sorted({show("post", each.post_id) for each in subjects if each.post_id}),
        "metrics": sorted({each.metric for readings in new.values() for each in readings}),
        "samples": sum(map(len, new.values())),
    }
    record(session, caller, "metrics.sampled", ("account", account.id), now=now, data=data)
