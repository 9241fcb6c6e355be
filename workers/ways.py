"""The ways out to networks: within an account's budgets, in the versions that are spoken."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.accounts import budgeting
from domain.connector.http import Call, Http, Reply
from domain.connector.port import Connector
from domain.connector.versions import spoken
from workers import budget
from workers.context import Clock, Context


class Purpose(StrEnum):
    """What a line is opened for; publishing goes before reading."""

    PUBLISH = "publish"
    READ = "read"
    MEASURE = "measure"
    CHECK = "check"


_SHARES = {
    Purpose.PUBLISH: budgeting.Purpose.PUBLISH,
    Purpose.READ: budgeting.Purpose.INBOX,
    Purpose.MEASURE: budgeting.Purpose.METRICS,
    Purpose.CHECK: budgeting.Purpose.CONNECT,
}


@dataclass(frozen=True, slots=True)
class Timed:
    """A way out to a test network that says what time it is in the workspace."""

    http: Http
    clock: Clock

    async def __call__(self, call: Call) -> Reply:
        headers = {**call.headers, "Sandbox-Now": self.clock().isoformat()}
        return await self.http(replace(call, headers=headers))


def way_out(context: Context, connector: Connector, account_id: UUID, purpose: Purpose) -> Http:
    """The way out within the account's rate budgets."""
    http, share = context.http, _SHARES[purpose]
    if context.plain is not None and connector.manifest.is_test:
        http = Timed(http, context.clock)
    return budget.for_account(http, context.budgets, connector.manifest, account_id, share)


def spoken_by(context: Context, connector: Connector, *, now: datetime) -> dict[str, str]:
    """The versions that the network's apis are spoken in."""
    return spoken(connector.manifest, context.settings.network_versions, on=now.date())
