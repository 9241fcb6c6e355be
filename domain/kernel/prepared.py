"""Statements that are written once, by SQLAlchemy, and ask for the workspace and an id, or some.

Written anew for each question, a statement costs as much again as the question. And where no rows
of the session's own are needed, asyncpg asks it for a tenth of what a session takes.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy import true as always
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.database import driver_of

WORKSPACE = bindparam("workspace", type_=Uuid)
ID = bindparam("id", type_=Uuid)
# Behind a SELECT nobody counts them before they are read. PostgreSQL takes a list of unknown length
# for one of ten, so for fewer it planned anew each time, which took ten times as long as the read.
IDS = cast(select(bindparam("ids", type_=ARRAY(Uuid))).scalar_subquery(), ARRAY(Uuid))
ANY_OF_IDS = any_(IDS)
_EACH = func.unnest(IDS).table_valued("id", with_ordinality="place").render_derived("owners")
EACH_ID = _EACH.c.id
"""One of the ids, inside what `for_each` takes."""
_APART: ColumnElement[int] = literal_column("0")


def of(caller: Caller, ids: Collection[UUID]) -> dict[str, Any]:
    """What a statement with `WORKSPACE` and `IDS` is asked with."""
    return {"workspace": caller.workspace_id, "ids": list(dict.fromkeys(ids))}


def of_one(caller: Caller, id_: UUID) -> dict[str, Any]:
    """As `of`, with `ID`."""
    return {"workspace": caller.workspace_id, "id": id_}


def for_each(statement: Select[*tuple[Any, ...]]) -> "Prepared":
    """Asks a statement with `EACH_ID` once for each of the ids, in their order.

    A plan that is kept knows the average workspace. Asked for any of the ids at once, it walks all
    that one has, also in the largest. The offset keeps PostgreSQL from joining otherwise.
    """
    found = statement.offset(_APART).lateral("found")
    asked = select(found).select_from(_EACH.join(found, always()))
    return Prepared(asked.order_by(_EACH.c.place))


class Prepared:
    """For the driver: what the session still holds is not there yet, flush it first."""

    def __init__(self, statement: Select[*tuple[object, ...]]) -> None:
        self._statement = statement

    async def rows(
        self, session: AsyncSession, asked: Mapping[str, object]
    ) -> Sequence[asyncpg.Record]:
        text, names = self._written
        raw = await driver_of(session)
        rows: Sequence[asyncpg.Record] = await raw.fetch(text, *(asked[name] for name in names))
        return rows

    @cached_property
    def _written(self) -> tuple[str, Sequence[str]]:
        """Once all tables are known; its names in the order of its places."""
        compiled = self._statement.compile(dialect=dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy's
        return compiled.string, compiled.positiontup or ()
