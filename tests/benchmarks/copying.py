"""Raw COPY, the limit of ingest: what a page left, written once more under ids of its own."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from uuid import UUID

import asyncpg

from api.state import State
from domain.kernel.ids import new_id

# In the order of their foreign keys; `$1` the workspace, `$2` the moment the page was stored.
COPIED = ("authors", "conversations", "mentions", "mention_words")
COLUMNS = """
SELECT attname AS name FROM pg_attribute
 WHERE attrelid = $1::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped
 ORDER BY attnum
"""


@dataclass(frozen=True)
class Desk:
    """An account whose inbox is read, and the two ways to write."""

    state: State
    owner: asyncpg.Connection
    workspace_id: UUID
    account_id: UUID
    community_id: UUID
    network: str


async def copy_anew(desk: Desk, stored_at: datetime) -> float:
    """What a batch stored, under new ids, by COPY as the owner: nothing is checked or looked up."""
    batches = [(table, *await _rows(desk, table, stored_at)) for table in COPIED]
    fresh: dict[UUID, UUID] = {}
    renewed = [
        (table, names, [_renewed(names, row, fresh, table) for row in rows])
        for table, names, rows in batches
    ]
    started = time.perf_counter()
    async with desk.owner.transaction():
        for table, names, rows in renewed:
            if table == "mention_words":
                await desk.owner.copy_to_table(table, source=_as_text(rows), columns=names)
            else:
                await desk.owner.copy_records_to_table(table, records=rows, columns=names)
    return time.perf_counter() - started


def _as_text(rows: Sequence[tuple[object, ...]]) -> BytesIO:
    """COPY's text format: words have no binary one in asyncpg."""
    return BytesIO("".join("\t".join(map(str, row)) + "\n" for row in rows).encode())


async def _rows(
    desk: Desk, table: str, stored_at: datetime
) -> tuple[list[str], list[asyncpg.Record]]:
    names = [row["name"] for row in await desk.owner.fetch(COLUMNS, table)]
    shown = ", ".join(f"t.{name}" for name in names).replace("t.words", "t.words::text AS words")
    of_batch = "t.created_at = $2"
    if table == "mention_words":
        of_batch = (
            "(t.said_at, t.mention_id) IN (SELECT said_at, id FROM mentions"
            " WHERE workspace_id = $1 AND created_at = $2)"
        )
    rows = await desk.owner.fetch(
        f"SELECT {shown} FROM {table} t WHERE t.workspace_id = $1 AND {of_batch}",
        desk.workspace_id,
        stored_at,
    )
    return names, rows


def _renewed(
    names: Sequence[str], row: asyncpg.Record, fresh: dict[UUID, UUID], table: str
) -> tuple[object, ...]:
    """The row under ids of its own, the links inside the batch kept."""
    values = dict(zip(names, row, strict=True))
    if "id" in values:
        values["id"] = fresh.setdefault(values["id"], new_id())
    for name in ("author_id", "conversation_id", "mention_id"):
        if name in values:
            values[name] = fresh.get(values[name], values[name])
    for name in ("remote_id", "root_remote_id"):
        if name in values and table != "mention_words":
            values[name] = f"{values[name]}c"
    return tuple(values.values())
