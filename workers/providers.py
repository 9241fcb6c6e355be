"""Outside sign-in: asks providers for their page, and who came back from there."""

from datetime import datetime
from uuid import UUID

import structlog

from domain.connector.errors import NetworkError, Unavailable
from domain.kernel.traces import span
from domain.providers import steps
from domain.providers.shapes import Planned
from workers.context import Context
from workers.leases import in_time
from workers.openid import find_page, find_subject

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("providers")

BATCH = 20
TIMED_OUT = "provider.timed_out"
RETURN_PATH = "/sign-in/with/return"


async def enter_due(context: Context, workspace_id: UUID, *, now: datetime) -> int:
    async with context.database.transaction(workspace_id) as session:
        plans = await steps.claim_attempts(
            session,
            context.keys,
            workspace_id,
            now=now,
            lease=context.settings.lease,
            batch=context.slots.free(BATCH),
        )
    for planned in plans:
        context.slots.start(enter(context, workspace_id, planned))
    return len(plans)


async def enter(context: Context, workspace_id: UUID, planned: Planned) -> None:
    """One step of one attempt: its page, or who it is."""
    with span("enter"):
        try:
            async with in_time(context, Unavailable, "The provider took too long.", TIMED_OUT):
                await _step(context, workspace_id, planned)
        except NetworkError as error:
            await _fail(context, workspace_id, planned, error)


async def _step(context: Context, workspace_id: UUID, planned: Planned) -> None:
    callback = context.settings.public_url + RETURN_PATH
    if planned.addresses is None:
        addresses, page = await find_page(context.http, planned.client, planned.intent, callback)
        async with context.database.transaction(workspace_id) as session:
            await steps.record_open(session, context.keys, workspace_id, planned, addresses, page)
        return
    subject = await find_subject(
        context.http,
        planned.client,
        planned.intent,
        planned.addresses,
        callback=callback,
        now=context.clock(),
    )
    async with context.database.transaction(workspace_id) as session:
        await steps.record_done(session, workspace_id, planned, subject)


async def _fail(
    context: Context, workspace_id: UUID, planned: Planned, error: NetworkError
) -> None:
    log.warning("provider.trouble", attempt_id=planned.id.hex, code=error.code)
    async with context.database.transaction(workspace_id) as session:
        await steps.record_failed(session, workspace_id, planned, error)
