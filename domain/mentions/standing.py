"""What stands in an account's inbox already, of all that an arriving page holds or is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from domain.kernel.caller import Caller
from domain.mentions import statements
from domain.mentions.arrivals import Arrival
from domain.mentions.rules import WRITTEN
from domain.mentions.shapes import Reading

Key = tuple[str, str]
"""A kind, and a remote id."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows of one account that a page may not double."""

    mentions: Mapping[Key, asyncpg.Record]
    threads: Mapping[str, UUID]
    """The conversations of written ones, by remote id."""
    begun: Mapping[str, UUID]
    """Conversations, by the remote ids that began them."""

    def is_new(self, arrival: Arrival) -> bool:
        return (arrival.kind, arrival.remote_id) not in self.mentions

    def changed_by(self, arrival: Arrival) -> UUID | None:
        """The id of the mention that says something else now, or that is there again."""
        row = self.mentions.get((arrival.kind, arrival.remote_id))
        if row is None:
            return None
        said = row["title"], row["text"], row["language"], row["url"]
        is_same = said == (arrival.title, arrival.text, arrival.language, arrival.url)
        return None if is_same and row["deleted_at"] is None else row["id"]

    def gone_by(self, arrival: Arrival) -> UUID | None:
        """The id of the mention that is there no longer."""
        row = self.mentions.get((arrival.kind, arrival.remote_id))
        if row is None or row["deleted_at"] is not None or not arrival.is_deleted:
            return None
        gone: UUID = row["id"]
        return gone


async def find_standing(
    raw: asyncpg.Connection, caller: Caller, reading: Reading, named: Iterable[str]
) -> Standing:
    """What stands under the remote ids that a page names."""
    rows = await raw.fetch(
        statements.STANDING, caller.workspace_id, reading.account_id, list(named)
    )
    return Standing(
        {(row["kind"], row["remote_id"]): row for row in rows if row["kind"]},
        {row["remote_id"]: row["conversation_id"] for row in rows if row["kind"] in WRITTEN},
        {row["remote_id"]: row["conversation_id"] for row in rows if not row["kind"]},
    )
