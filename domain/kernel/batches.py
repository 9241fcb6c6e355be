"""Many owners, one statement: the first things of each, as views built without a detour.

A statement takes its ids as one array: its text never changes, so it stays prepared. Views are made
straight from the columns of a row: an ORM object and a validation for each cost more than the
statement. What a row holds was judged when it was written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller, Scope
from domain.kernel.prepared import EACH_ID, ID, WORKSPACE, Prepared, for_each, of, of_one
from domain.kernel.shapes import View

Shown = TypeVar("Shown", bound=View)
Order = tuple[ColumnElement[Any] | Mapped[Any], ...]


@dataclass(frozen=True)
class ById(Generic[Shown]):
    """Rows by id. Every field of the view is a column; `renamed` names those called otherwise."""

    table: type[SQLModel]
    view: type[Shown]
    scope: Scope
    renamed: Mapping[str, str] = field(default_factory=dict)

    async def read(
        self, session: AsyncSession, caller: Caller, ids: Sequence[UUID]
    ) -> dict[UUID, Shown]:
        caller.need(self.scope)
        rows = await self._statement.rows(session, of(caller, ids))
        build = builder(self.view)
        return {row[-1]: build(row[:-1]) for row in rows}

    @cached_property
    def _statement(self) -> Prepared:
        columns = _columns(self.table)
        shown = _shown(self.table, self.view, self.renamed)
        statement = select(*shown, columns["id"].label("key"))
        is_wanted = columns["id"] == EACH_ID
        return for_each(statement.where(columns["workspace_id"] == WORKSPACE, is_wanted))


@dataclass(frozen=True)
class OfEach(Generic[Shown]):
    """Rows by the owner that a column names, in an order that an index serves."""

    table: type[SQLModel]
    view: type[Shown]
    scope: Scope
    owner: str
    order: Order
    renamed: Mapping[str, str] = field(default_factory=dict)

    async def first(
        self, session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
    ) -> dict[UUID, list[Shown]]:
        """The first `limit` rows of each owner: as many are read as are shown."""
        caller.need(self.scope)
        rows = await self._first.rows(session, of(caller, ids) | {"most": limit})
        return self._grouped(ids, rows)

    async def whole(
        self, session: AsyncSession, caller: Caller, ids: Sequence[UUID]
    ) -> dict[UUID, list[Shown]]:
        """Every row of each owner."""
        caller.need(self.scope)
        return self._grouped(ids, await self._whole.rows(session, of(caller, ids)))

    async def of_one(self, session: AsyncSession, caller: Caller, id_: UUID) -> list[Shown]:
        """Every row of one owner, also for who has just changed that and may not read it."""
        rows = await self._one.rows(session, of_one(caller, id_))
        return self._grouped([id_], rows)[id_]

    def _grouped(self, ids: Sequence[UUID], rows: Iterable[Any]) -> dict[UUID, list[Shown]]:
        found: dict[UUID, list[Shown]] = {id_: [] for id_ in ids}
        build = builder(self.view)
        for row in rows:
            found[row[-1]].append(build(row[:-1]))
        return found

    @cached_property
    def _first(self) -> Prepared:
        return for_each(self._of(EACH_ID).limit(bindparam("most")))

    @cached_property
    def _whole(self) -> Prepared:
        return for_each(self._of(EACH_ID))

    @cached_property
    def _one(self) -> Prepared:
        return Prepared(self._of(ID))

    def _of(self, owner: ColumnElement[Any]) -> Select[Any]:
        columns = _columns(self.table)
        is_theirs = columns[self.owner] == owner
        return self._picked.where(columns["workspace_id"] == WORKSPACE, is_theirs)

    @cached_property
    def _picked(self) -> Select[Any]:
        shown = _shown(self.table, self.view, self.renamed)
        key = _columns(self.table)[self.owner].label("key")
        return select(*shown, key).order_by(*self.order)


@lru_cache
def builder(view: type[Shown]) -> Callable[[Iterable[Any]], Shown]:
    """Makes a view of values in the order of its fields; enums and JSON of views are read."""
    names = tuple(view.model_fields)
    every = frozenset(names)
    enums = [(name, kind) for name, kind in get_type_hints(view).items() if _is_enum(kind)]
    words = [(name, {member.value: member for member in kind}) for name, kind in enums]
    inner = [(name, _view_of(kind)) for name, kind in get_type_hints(view).items()]
    views = [(name, kind) for name, kind in inner if kind is not None]
    new, put = view.__new__, object.__setattr__

    def build(values: Iterable[Any]) -> Shown:
        held = dict(zip(names, values, strict=True))
        for name, members in words:
            held[name] = members[held[name]]
        for name, kind in views:
            if held[name] is not None:
                held[name] = kind.model_validate(held[name])
        made = new(view)
        put(made, "__dict__", held)
        put(made, "__pydantic_fields_set__", every)
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made

    return build


def _columns(table: type[SQLModel]) -> Mapping[str, ColumnElement[Any]]:
    columns: Mapping[str, ColumnElement[Any]] = table.__table__.c  # type: ignore[attr-defined]  # set by a decorator
    return columns


def _shown(
    table: type[SQLModel], view: type[View], renamed: Mapping[str, str]
) -> list[ColumnElement[Any]]:
    columns = _columns(table)
    return [columns[renamed.get(name, name)].label(name) for name in view.model_fields]


def _view_of(kind: object) -> type[View] | None:
    """The view that a field may hold, or null: its column holds it as JSON."""
    kinds = [each for each in get_args(kind) if each is not NoneType]
    only = kinds[0] if len(kinds) == 1 and NoneType in get_args(kind) else None
    return only if isinstance(only, type) and issubclass(only, View) else None


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)
