"""Notices that a network ends the version of its api that is spoken, or has ended it."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from domain.accounts.endings import tell_gone
from domain.connector.dialects.lifetimes import Lifetime, lifetime_of
from domain.connector.errors import VersionGone
from domain.connector.http import Call, Http, Reply
from domain.kernel.ids import show
from workers.context import Clock, Context

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("outward")


@dataclass(slots=True)
class Listening:
    """A way out that keeps what answers tell of the end of their version."""

    http: Http
    clock: Clock
    told: Lifetime | None = None

    async def __call__(self, call: Call) -> Reply:
        reply = await self.http(call)
        self.told = lifetime_of(reply, now=self.clock()) or self.told
        return reply


async def version_gone(
    context: Context, workspace_id: UUID, account_id: UUID, error: VersionGone
) -> None:
    """Tells people that the network ended the version; the account stays connected."""
    log.warning("version.gone", account_id=show("acct", account_id))
    async with context.database.transaction(workspace_id) as session:
        await tell_gone(session, workspace_id, account_id, error, now=context.clock())
