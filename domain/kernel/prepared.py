"""A statement that SQLAlchemy writes once and asyncpg asks from then on.

Through a session the same question costs ten times as much: it is written, looked up and
translated anew, there and back.
"""

from collections.abc import Sequence
from functools import cached_property

import asyncpg
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.database import driver_of


class Prepared:
    """What it asks by is given by the names of its `bindparam`s.

    What the session still holds is not there yet: flush it first.
    """

    def __init__(self, statement: Select[*tuple[object, ...]]) -> None:
        self._statement = statement

    async def rows(self, session: AsyncSession, **asked: object) -> Sequence[asyncpg.Record]:
        text, names = self._written
        raw = await driver_of(session)
        rows: Sequence[asyncpg.Record] = await raw.fetch(text, *(asked[name] for name in names))
        return rows

    @cached_property
    def _written(self) -> tuple[str, Sequence[str]]:
        """Once all tables are known; its names in the order of its places."""
        compiled = self._statement.compile(dialect=dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's
        return compiled.string, compiled.positiontup or ()
