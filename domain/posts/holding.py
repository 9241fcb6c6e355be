"""Holds claimed deliveries back before they go out: no attempt counts, the reason is told once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.errors import ParvisError
from domain.kernel.ids import show
from domain.kernel.nudges import due_at
from domain.posts import statements
from domain.posts.rules import HOLD


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a delivery may not go out now; `data` is told beside the code."""

    error: ParvisError
    data: Mapping[str, object] = field(default_factory=dict)


async def hold(
    session: AsyncSession,
    caller: Caller,
    reasons: Mapping[UUID, Reason],
    *,
    again_in: timedelta | None = HOLD,
    now: datetime,
) -> None:
    """Puts deliveries off: then they are claimed, and judged, again; None: until a person acts."""
    raw = await driver_of(session)
    problems = [json.dumps(problem_of(each.error)) for each in reasons.values()]
    again_at = None if again_in is None else now + again_in
    found = [caller.workspace_id, list(reasons), problems]
    for row in await raw.fetch(statements.HOLD, *found, again_at, now):
        if again_at is not None:
            due_at(session, caller.workspace_id, row["id"], again_at)
        reason = reasons[row["id"]]
        if row["told"] != reason.error.code:
            _tell(session, caller, row, reason, now)


def _tell(
    session: AsyncSession, caller: Caller, row: asyncpg.Record, reason: Reason, now: datetime
) -> None:
    data = {"code": reason.error.code, "account": show("acct", row["account_id"]), **reason.data}
    if row["post_id"] is not None:
        data["post"] = show("post", row["post_id"])
    record(session, caller, "delivery.held", ("delivery", row["id"]), now=now, data=data)


def problem_of(error: ParvisError) -> dict[str, object]:
    """As it is kept with the delivery."""
    return {
        "code": error.code,
        "message": error.message,
        "said": "",
        "acting_party": error.acting_party,
        "is_retryable": True,
    }
