"""What people are told when a network ends a version that an account of theirs is spoken to in.

From 60 days before a sunset that is known or told on, at once of one that is told without a day,
and when the version is gone; again every two weeks while it lasts. The account stays connected.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.shapes import VersionNotice
from domain.accounts.tables import Account
from domain.connector.dialects.lifetimes import Lifetime
from domain.connector.errors import ActingParty, VersionGone
from domain.connector.manifest import Manifest
from domain.events.service import record
from domain.kernel.caller import worker

ALERT_BEFORE = timedelta(days=60)
TELL_AGAIN = timedelta(days=14)
ENDING = "network.version_ending"


def ending(
    manifest: Manifest, spoken: Mapping[str, str], told: Lifetime | None, *, now: datetime
) -> VersionNotice | None:
    """What is to be told of the versions spoken; None while their end is far, or not known."""
    sunsets = [
        datetime.combine(version.sunset_on, time(), UTC)
        for api in manifest.apis
        for version in api.versions
        if version.sunset_on is not None and version.name == spoken.get(api.name)
    ]
    if told is not None and told.sunset_at is not None:
        sunsets.append(told.sunset_at)
    sunset_at = min(sunsets, default=None)
    if sunset_at is None:
        return _notice(manifest, spoken, None) if told and told.is_deprecated else None
    return _notice(manifest, spoken, sunset_at) if sunset_at - now <= ALERT_BEFORE else None


def gone(error: VersionGone) -> VersionNotice:
    return VersionNotice(
        code=error.code,
        message=error.message,
        said=error.said,
        acting_party=ActingParty.OPERATOR,
        sunset_at=None,
    )


async def tell_gone(
    session: AsyncSession,
    workspace_id: UUID,
    account_id: UUID,
    error: VersionGone,
    *,
    now: datetime,
) -> None:
    """Notes what any work of an account met; a check takes it back once it is over."""
    statement = select(Account).where(
        col(Account.workspace_id) == workspace_id,
        col(Account.id) == account_id,
        col(Account.removed_at).is_(None),
    )
    row = (await session.exec(statement.with_for_update())).one_or_none()
    if row is not None:
        note(session, row, gone(error), now=now)


def note(
    session: AsyncSession, row: Account, notice: VersionNotice | None, *, now: datetime
) -> None:
    """Keeps what is told, and tells it where it is news, or two weeks old."""
    kept = row.version_notice
    before = None if kept is None else VersionNotice.model_validate(kept)
    if _is_same(before, notice) and not _is_old(row.version_noticed_at, now):
        return
    row.version_notice = None if notice is None else notice.kept()
    row.version_noticed_at = None if notice is None else now
    kind = "mended" if notice is None else "ending" if notice.code == ENDING else "gone"
    about = {"network": row.network, "handle": row.handle, **(row.version_notice or {})}
    caller, subject = worker(row.workspace_id), ("account", row.id)
    record(session, caller, f"account.version_{kind}", subject, now=now, data=about)


def _notice(
    manifest: Manifest, spoken: Mapping[str, str], sunset_at: datetime | None
) -> VersionNotice:
    versions = ", ".join(f"{api} {version}" for api, version in spoken.items()) or "its api"
    when = "" if sunset_at is None else f" on {sunset_at:%Y-%m-%d}"
    return VersionNotice(
        code=ENDING,
        message=f"{manifest.name} ends what Parvis speaks to it{when}: {versions}.",
        said="",
        acting_party=ActingParty.OPERATOR,
        sunset_at=sunset_at,
    )


def _is_same(before: VersionNotice | None, after: VersionNotice | None) -> bool:
    """What the network says of it may differ from call to call."""
    if before is None or after is None:
        return before is after
    return (before.code, before.sunset_at) == (after.code, after.sunset_at)


def _is_old(noticed_at: datetime | None, now: datetime) -> bool:
    return noticed_at is not None and noticed_at <= now - TELL_AGAIN
