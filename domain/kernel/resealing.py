"""Seals every sealed column under the newest key, batch by batch, beside running workers.

A batch takes only rows that nobody holds, and only those under another key: it can end at any
moment and go on later. What cannot be opened stays as it is, and is counted.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Function, Table, bindparam, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.database import WORKSPACE
from domain.kernel.schema import whole_schema
from domain.kernel.sealing import KeyRing, SealBroken, key_id_of, mark_of, place_of
from domain.kernel.tables import Sealed

TENANT = "workspace_id"
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SealedColumn:
    table: Table
    column: Column[Any]

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    @property
    def key(self) -> tuple[Column[Any], ...]:
        """The primary key, in its order."""
        return tuple(self.table.primary_key)

    @property
    def is_shared(self) -> bool:
        """Whether it belongs to no workspace."""
        return TENANT not in self.table.primary_key.columns


@dataclass(frozen=True, slots=True)
class Batch:
    """How many values were sealed anew and could not be opened; `last` is where it ended."""

    resealed: int
    broken: int
    last: Key | None


def sealed_columns() -> list[SealedColumn]:
    """Every column of sealed values there is, by name."""
    return [
        SealedColumn(table, column)
        for table in whole_schema().sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
    ]


async def keys_in_use(session: AsyncSession, sealed: SealedColumn) -> dict[str, int]:
    """How many values each key seals, in the session's workspace or in a shared table."""
    value = sealed.column
    name = _key_id(value)
    statement = select(name, func.count()).where(value.is_not(None), *_here(session, sealed))
    connection = await session.connection()
    found = await connection.execute(statement.group_by(name))
    return {row[0]: row[1] for row in found}


async def keys_of_others(session: AsyncSession, ring: KeyRing, sealed: SealedColumn) -> set[str]:
    """The ids of keys on the ring that do not open what a key of that id sealed here.

    One value of each key is tried.
    """
    value = sealed.column
    key_id = _key_id(value)
    statement = select(*sealed.key, value).where(value.is_not(None), *_here(session, sealed))
    connection = await session.connection()
    rows = await connection.execute(
        statement.ext(distinct_on(key_id)).order_by(key_id, *sealed.key)
    )
    return {key_id_of(row[-1]) for row in rows if not _fits(ring, sealed, tuple(row))}


async def reseal_batch(
    session: AsyncSession, ring: KeyRing, sealed: SealedColumn, *, after: Key | None, most: int
) -> Batch:
    """Seals the next `most` values behind `after`; those that others hold wait for another pass."""
    mark = mark_of(ring.newest)
    statement = (
        select(*sealed.key, sealed.column)
        .where(
            sealed.column.is_not(None),
            func.substring(sealed.column, 1, len(mark)) != mark,
            *_here(session, sealed),
        )
        .order_by(*sealed.key)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    if after is not None:
        here = tuple_(*map(literal, after, [column.type for column in sealed.key]))
        statement = statement.where(tuple_(*sealed.key) > here)
    connection = await session.connection()
    rows = (await connection.execute(statement)).all()
    fresh = [made for row in rows if (made := _seal_anew(ring, sealed, tuple(row))) is not None]
    if fresh:
        mine = [column == bindparam(f"key_{place}") for place, column in enumerate(sealed.key)]
        change = update(sealed.table).where(*mine)
        await connection.execute(change.values({sealed.column.name: bindparam("fresh")}), fresh)
    last = tuple(rows[-1][:-1]) if rows else None
    return Batch(len(fresh), len(rows) - len(fresh), last)


def _seal_anew(ring: KeyRing, sealed: SealedColumn, row: Key) -> dict[str, Any] | None:
    """A row's key and its fresh value; None when the value cannot be opened."""
    *key, value = row
    place = _place_of(sealed, row)
    try:
        fresh = ring.seal(ring.open(value, place=place), place=place)
    except SealBroken:
        return None
    return {f"key_{number}": each for number, each in enumerate(key)} | {"fresh": fresh}


def _fits(ring: KeyRing, sealed: SealedColumn, row: Key) -> bool:
    if key_id_of(row[-1]) not in ring.keys:
        return True
    with suppress(SealBroken):
        ring.open(row[-1], place=_place_of(sealed, row))
        return True
    return False


def _place_of(sealed: SealedColumn, row: Key) -> str:
    return place_of(sealed.table.name, sealed.column.name, *row[:-1])


def _key_id(value: Column[Any]) -> Function[str]:
    # The second byte is the length of the id that follows it.
    return func.convert_from(func.substring(value, 3, func.get_byte(value, 1)), "UTF8")


def _here(session: AsyncSession, sealed: SealedColumn) -> list[Any]:
    if sealed.is_shared:
        return []
    return [sealed.table.c[TENANT] == session.info[WORKSPACE]]
