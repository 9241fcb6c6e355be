"""What else an account brought out of late: a message that is sought by its words is none of it."""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.posts.delivering import Task

REACH = timedelta(hours=1)
"""How much longer ago than the first attempt: clocks differ, and networks list by theirs."""
# Arrived ones by what they are, those half out by what is known to be there.
OTHERS = """
WITH others AS (
    SELECT refs, checkpoint -> 'sent' AS sent FROM deliveries
     WHERE workspace_id = $1 AND account_id = $2 AND id <> $3 AND updated_at >= $4
       AND kind IN ('publish', 'answer')
)
SELECT ref ->> 'remote_id' AS remote_id FROM others, jsonb_array_elements(refs) AS ref
UNION
SELECT message ->> 'id' FROM others, jsonb_array_elements(sent) AS message
 WHERE jsonb_typeof(sent) = 'array'
"""


async def others_of(session: AsyncSession, caller: Caller, task: Task) -> frozenset[str]:
    """Remote ids of all messages of the account's other deliveries, as far as known."""
    raw = await driver_of(session)
    asked = caller.workspace_id, task.account_id, task.id, task.sent_at - REACH
    rows = await raw.fetch(OTHERS, *asked)
    return frozenset(row["remote_id"] for row in rows)
