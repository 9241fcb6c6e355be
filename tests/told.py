"""Looks at all events that a run of the tests wrote: they carry what their kinds declare."""

import asyncpg

from domain.events.kinds import EventKind

WRITTEN = """
SELECT DISTINCT kind, subject_kind, key
  FROM events LEFT JOIN LATERAL jsonb_object_keys(data) AS key ON true
"""


async def untold(owner_url: str) -> set[str]:
    """What of `data` readers of the contract have not heard of, such as `post.held: colour`."""
    connection = await asyncpg.connect(owner_url)
    try:
        rows = await connection.fetch(WRITTEN)
    finally:
        await connection.close()
    declared = {kind.value: kind for kind in EventKind}
    return {
        f"{row['kind']}: {row['key']}"
        for row in rows
        if row["kind"] in declared and row["key"] not in {None, *declared[row["kind"]].data}
    }
