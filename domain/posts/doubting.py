"""After a backup is brought back: what fell due since it was made may be out already.

Only messages that are waiting or under way are in doubt, as those whose worker was lost: a worker
looks each up before anything is sent. What is planned for later goes out at its moment, and what
waits for a person goes on waiting.
"""

from datetime import datetime

import asyncpg

# Of all workspaces: the owner of the database runs it, beside nobody.
_DOUBT = """
UPDATE deliveries
   SET state = 'going', is_begun = true, claimed_by = NULL, act_at = $2::timestamptz,
       sent_at = coalesce(sent_at, $1::timestamptz), version = version + 1, updated_at = $2
 WHERE state = 'going' OR state = 'waiting' AND due_at <= $2 AND act_at IS NOT NULL
"""


async def doubt_what_fell_due(owner: asyncpg.Connection, *, since: datetime, now: datetime) -> int:
    """Has all that may have been sent from `since` on looked up first; gives how many."""
    said: str = await owner.execute(_DOUBT, since, now)
    return int(said.rpartition(" ")[2])
