"""What there is of one kind, found by id, as whoever asks may see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.shapes import View
from domain.kernel.tables import TenantRow

Row = TypeVar("Row", bound=TenantRow)
Shown = TypeVar("Shown", bound=View)


@dataclass(frozen=True, slots=True)
class Register(Generic[Row, Shown]):
    """`what` is one of them in words, `visible` selects those a caller may see with the scope."""

    table: type[Row]
    what: str
    scope: Scope
    visible: Callable[[Caller], SelectOfScalar[Row]]
    view: Callable[[Row], Shown]

    async def one(self, session: AsyncSession, caller: Caller, id_: UUID) -> Shown:
        """Raises `NotFound`."""
        caller.need(self.scope)
        statement = self.visible(caller).where(col(self.table.id) == id_)
        return self.view(await find(session, statement, what=self.what))

    async def many(
        self, session: AsyncSession, caller: Caller, ids: Sequence[UUID]
    ) -> dict[UUID, Shown]:
        """Those that are there."""
        caller.need(self.scope)
        rows = (await session.exec(self.visible(caller).where(col(self.table.id).in_(ids)))).all()
        return {row.id: self.view(row) for row in rows}
