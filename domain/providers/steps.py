"""Attempts as workers take them on: the provider's metadata first, who it is in the end."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.errors import NetworkError
from domain.kernel.sealing import KeyRing
from domain.providers.attempts import come_to, end
from domain.providers.rules import AttemptState
from domain.providers.seals import client_of, open_intent, seal_intent
from domain.providers.shapes import Addresses, Planned, Subject
from domain.providers.tables import ProviderAttempt, SignInProvider

LOST, TOO_LATE = "provider.interrupted", "provider.too_late"


async def claim_attempts(
    session: AsyncSession,
    keys: KeyRing,
    workspace_id: UUID,
    *,
    now: datetime,
    lease: timedelta,
    batch: int,
) -> list[Planned]:
    """The steps to take now. A code is forgotten here, before it is sent: it is sent once."""
    statement = (
        select(ProviderAttempt, SignInProvider)
        .join(
            SignInProvider,
            (col(SignInProvider.workspace_id) == col(ProviderAttempt.workspace_id))
            & (col(SignInProvider.id) == col(ProviderAttempt.provider_id)),
        )
        .where(col(ProviderAttempt.workspace_id) == workspace_id)
        .where(col(ProviderAttempt.act_at) <= now)
        .order_by(col(ProviderAttempt.act_at))
        .limit(batch)
        .with_for_update(skip_locked=True, of=ProviderAttempt)
    )
    found = (await session.exec(statement)).all()
    return [
        planned
        for row, provider in found
        if (planned := _claim(row, provider, keys, now, lease)) is not None
    ]


def _claim(
    row: ProviderAttempt,
    provider: SignInProvider,
    keys: KeyRing,
    now: datetime,
    lease: timedelta,
) -> Planned | None:
    intent = open_intent(keys, row)
    is_lost = row.state == AttemptState.RETURNED and not intent.code
    if is_lost or row.expires_at <= now:
        end(row, AttemptState.FAILED, problem=LOST if is_lost else TOO_LATE)
        return None
    row.act_at = now + lease
    if row.state == AttemptState.ASKED:
        return Planned(row.id, client_of(keys, provider), intent, None)
    without = replace(intent, code="")
    row.sealed_intent = seal_intent(keys, row.workspace_id, row.id, without)
    addresses = Addresses(**row.found)
    return Planned(row.id, client_of(keys, provider), intent, addresses)


async def record_open(
    session: AsyncSession,
    keys: KeyRing,
    workspace_id: UUID,
    planned: Planned,
    addresses: Addresses,
    page: str,
) -> None:
    """The browser may go to the provider's page now."""
    row = await _row(session, workspace_id, planned, AttemptState.ASKED)
    if row is not None:
        come_to(row, AttemptState.OPEN)
        kept = replace(planned.intent, page=page)
        row.sealed_intent = seal_intent(keys, workspace_id, row.id, kept)
        row.found, row.act_at = asdict(addresses), None


async def record_done(
    session: AsyncSession, workspace_id: UUID, planned: Planned, subject: Subject
) -> None:
    row = await _row(session, workspace_id, planned, AttemptState.RETURNED)
    if row is not None:
        end(row, AttemptState.DONE)
        row.found = asdict(subject)


async def record_failed(
    session: AsyncSession, workspace_id: UUID, planned: Planned, error: NetworkError
) -> None:
    """Not tried again: whoever waits before the page presses the button again."""
    state = AttemptState.ASKED if planned.addresses is None else AttemptState.RETURNED
    row = await _row(session, workspace_id, planned, state)
    if row is not None:
        end(row, AttemptState.FAILED, problem=error.code)


async def _row(
    session: AsyncSession, workspace_id: UUID, planned: Planned, state: AttemptState
) -> ProviderAttempt | None:
    key = (workspace_id, planned.id)
    row = await session.get(ProviderAttempt, key, with_for_update=True)
    return row if row is not None and row.state == state else None
