"""What a workspace holds, table by table, so that a walk can tell that nothing was changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from domain.kernel.settings import Settings

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND a.attname = 'workspace_id'
"""
NOTED = frozenset({"tokens"})
"""When a token was last used is noted; of the walker's own workspace alone."""


class Keeping:
    """Counts and digests of the rows of workspaces, read as their owner."""

    def __init__(self, owner: asyncpg.Connection) -> None:
        self._owner = owner

    async def of(self, workspace_id: UUID) -> dict[str, str]:
        """By table: how many rows, and one word that any change of any of them changes."""
        names = [row["relname"] for row in await self._owner.fetch(TABLES)]
        query = " UNION ALL ".join(
            f"SELECT '{name}' AS name, count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' "
            f"ORDER BY t::text), '')) AS rows FROM {name} t WHERE workspace_id = $1"
            for name in names
        )
        return {row["name"]: row["rows"] for row in await self._owner.fetch(query, workspace_id)}


@asynccontextmanager
async def keeping(settings: Settings) -> AsyncIterator[Keeping]:
    url = settings.migration_database_url
    assert url is not None
    owner = await asyncpg.connect(url.get_secret_value())
    try:
        yield Keeping(owner)
    finally:
        await owner.close()


def moved(before: dict[str, str], after: dict[str, str], *, but: frozenset[str]) -> list[str]:
    """Tables whose rows are others than before."""
    return sorted(name for name in before if before[name] != after[name] and name not in but)
