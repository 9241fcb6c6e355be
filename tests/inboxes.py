"""An inbox to test with: items as a network hands them out, taken in by an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.communities.service import create_community
from domain.communities.shapes import CreateCommunity
from domain.connector.words import InboxItem, InboxKind, Profile
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.mentions.ingest import ingest
from domain.mentions.shapes import Ingested, Reading
from tests.world import make_account

SAID = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANNA = Profile("anna", "anna@example.social", "Anna Muster", "https://example.social/@anna", None)


def item(number: int = 1, **changes: Any) -> InboxItem:
    """A reply, `number` minutes after the first."""
    values: dict[str, Any] = {
        "kind": InboxKind.REPLY,
        "remote_id": f"r{number}",
        "author": ANNA,
        "said_at": SAID + timedelta(minutes=number),
        "text": f"Bonjour {number}",
        "language": "fr",
        "url": f"https://example.social/@anna/{number}",
        "about": "p1",
        "root": "p1",
    }
    return InboxItem(**{**values, **changes})


@dataclass(frozen=True)
class Inbox:
    """One account of a workspace."""

    database: Database
    workspace_id: UUID
    reading: Reading

    async def take(self, *items: InboxItem, now: datetime = NOW, **changes: Any) -> Ingested:
        reading = Reading(**{**_fields(self.reading), **changes})
        async with self.database.transaction(self.workspace_id) as session:
            return await ingest(session, worker(self.workspace_id), reading, items, now=now)

    async def rows(self, statement: str, *values: object) -> Sequence[Any]:
        """What the application sees of the workspace."""
        async with self.database.reads.acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT set_config('parvis.workspace', $1, true)", str(self.workspace_id)
            )
            rows: Sequence[Any] = await connection.fetch(statement, *values)
            return rows


async def make_community(database: Database, workspace_id: UUID) -> UUID:
    command = CreateCommunity(name="Vaud", slug=f"c-{new_id().hex[-12:]}", time_zone="UTC")
    async with database.transaction(workspace_id) as session:
        made = await create_community(session, worker(workspace_id), command, now=NOW)
    return made.id


async def make_inbox(database: Database, workspace_id: UUID, **changes: Any) -> Inbox:
    community_id = await make_community(database, workspace_id)
    account_id = await make_account(database, workspace_id, community_id, **changes)
    reading = Reading(
        account_id=account_id,
        community_id=community_id,
        network=changes.get("network", "sandbox"),
        server="http://sandbox.test",
        remote_id=changes.get("remote_id", "vaud"),
        connected_at=SAID - timedelta(days=1),
        is_first=False,
    )
    return Inbox(database, workspace_id, reading)


def _fields(reading: Reading) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in Reading.__dataclass_fields__}
