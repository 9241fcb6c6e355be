"""Many owners, one statement: the first things of each, as views built without a detour.

Views are made straight from the columns of a row: an ORM object and a validation for each cost
more than the statement. What a row holds was validated when it was written.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, bindparam, func, select, true
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.shapes import View

Shown = TypeVar("Shown", bound=View)
Convert = Callable[[Any], Any]


async def first_of_each(
    session: AsyncSession,
    caller: Caller,
    table: type[SQLModel],
    view: type[Shown],
    *,
    owner: str,
    order: Sequence[ColumnElement[Any] | Mapped[Any]],
    where: Sequence[ColumnElement[bool]] = (),
    ids: Sequence[UUID],
    limit: int,
) -> dict[UUID, list[Shown]]:
    """The first `limit` rows of each owner in an order that an index serves.

    `owner` names the column that holds the owners' ids; every field of the view is a column.
    """
    columns = table.__table__.c  # type: ignore[attr-defined]
    owners = func.unnest(bindparam("owners", ids, type_=ARRAY(Uuid))).table_valued(
        "id", with_ordinality="place"
    )
    owners = owners.render_derived(name="owners")
    inner = (
        select(*(columns[name] for name in view.model_fields), columns[owner].label("owner"))
        .where(columns.workspace_id == caller.workspace_id, columns[owner] == owners.c.id, *where)
        .order_by(*order)
        .limit(limit)
        .lateral("found")
    )
    statement = select(inner).select_from(owners.join(inner, true())).order_by(owners.c.place)
    found: dict[UUID, list[Shown]] = {id_: [] for id_ in ids}
    connection = await session.connection()
    rows = (await connection.execute(statement)).all()
    build = builder(view)
    for row in rows:
        found[row[-1]].append(build(row[:-1]))
    return found


async def all_of_each(
    session: AsyncSession,
    caller: Caller,
    table: type[SQLModel],
    view: type[Shown],
    *,
    owner: str,
    order: Sequence[ColumnElement[Any] | Mapped[Any]],
    ids: Sequence[UUID],
) -> dict[UUID, list[Shown]]:
    """Every row of each owner, in order."""
    columns = table.__table__.c  # type: ignore[attr-defined]
    statement = (
        select(*(columns[name] for name in view.model_fields), columns[owner])
        .where(columns.workspace_id == caller.workspace_id, columns[owner].in_(ids))
        .order_by(*order)
    )
    found: dict[UUID, list[Shown]] = {id_: [] for id_ in ids}
    connection = await session.connection()
    build = builder(view)
    for row in (await connection.execute(statement)).all():
        found[row[-1]].append(build(row[:-1]))
    return found


async def by_id(
    session: AsyncSession,
    caller: Caller,
    table: type[SQLModel],
    view: type[Shown],
    ids: Sequence[UUID],
) -> dict[UUID, Shown]:
    """The rows with these ids that the workspace has."""
    columns = table.__table__.c  # type: ignore[attr-defined]
    statement = select(*(columns[name] for name in view.model_fields), columns.id).where(
        columns.workspace_id == caller.workspace_id, columns.id.in_(ids)
    )
    connection = await session.connection()
    build = builder(view)
    return {row[-1]: build(row[:-1]) for row in (await connection.execute(statement)).all()}


@lru_cache
def builder(view: type[Shown]) -> Callable[[Iterable[Any]], Shown]:
    """Makes a view of values in the order of its fields; enums are read, nothing is judged."""
    names = tuple(view.model_fields)
    every = frozenset(names)
    enums = tuple((name, kind) for name, kind in get_type_hints(view).items() if _is_enum(kind))
    new, put = view.__new__, object.__setattr__

    def build(values: Iterable[Any]) -> Shown:
        held = dict(zip(names, values, strict=True))
        for name, kind in enums:
            held[name] = kind(held[name])
        made = new(view)
        put(made, "__dict__", held)
        put(made, "__pydantic_fields_set__", every)
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made

    return build


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)
