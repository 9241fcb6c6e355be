"""Whether the rights of media let a content go out: judged at planning, and again as it goes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.facts import Misfit
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.kernel.errors import RightsExpired
from domain.kernel.ids import show
from domain.media.tables import Media
from domain.posts.holding import Reason, hold
from domain.posts.rules import DeliveryKind, DeliveryState

RIGHTS = frozenset({"media.rights_expired", "media.rights_elsewhere"})
PUBLISHING = frozenset({DeliveryKind.PUBLISH, DeliveryKind.ANSWER})
# One statement for a batch, and none for a batch without media.
WITHOUT_RIGHT = """
SELECT sent.id, array_agg(m.id ORDER BY m.id) AS media_ids,
       array_agg(m.file_name ORDER BY m.id) AS names
  FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS sent (id, account_id, media_id)
  JOIN media m ON m.workspace_id = $1 AND m.id = sent.media_id
 WHERE m.rights_end_at <= $5
    OR m.rights_networks <> '{}'
       AND NOT (SELECT a.network FROM accounts a
                 WHERE a.workspace_id = $1 AND a.id = sent.account_id) = ANY (m.rights_networks)
 GROUP BY sent.id
"""


def rights_misfits(files: Sequence[Media], network: str, *, at: datetime) -> Iterator[Misfit]:
    """What of the rights is against publishing files to a network at a moment."""
    for number, file in enumerate(files):
        pointer = f"/media_ids/{number}"
        if file.rights_end_at is not None and file.rights_end_at <= at:
            message = f"The right to publish {file.file_name} ends before it would go out."
            yield Misfit(pointer, "media.rights_expired", message)
        if file.rights_networks and network not in file.rights_networks:
            message = f"The right to publish {file.file_name} does not hold for {network}."
            yield Misfit(pointer, "media.rights_elsewhere", message)


async def hold_without_right(
    session: AsyncSession,
    caller: Caller,
    rows: Sequence[asyncpg.Record],
    media_ids: Mapping[UUID, Sequence[UUID]],
    *,
    now: datetime,
) -> Sequence[asyncpg.Record]:
    """Holds of claimed deliveries those whose media have no right any more; gives the others.

    `media_ids` are what each shows, by delivery.
    """
    asked = [
        (row["id"], row["account_id"], media_id)
        for row in rows
        if row["state"] == DeliveryState.GOING and row["kind"] in PUBLISHING
        for media_id in media_ids.get(row["id"], ())
    ]
    if not asked:
        return rows
    raw = await driver_of(session)
    columns = [list(column) for column in zip(*asked, strict=True)]
    found = await raw.fetch(WITHOUT_RIGHT, caller.workspace_id, *columns, now)
    if not found:
        return rows
    held = {row["id"]: _reason(row) for row in found}
    await hold(session, caller, held, now=now)
    return [row for row in rows if row["id"] not in held]


def _reason(row: asyncpg.Record) -> Reason:
    names = ", ".join(row["names"])
    error = RightsExpired(f"There is no right, or none any longer, to publish {names} there.")
    return Reason(error, {"media": [show("med", id_) for id_ in row["media_ids"]]})
