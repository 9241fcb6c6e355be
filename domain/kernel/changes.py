"""What changes of kept rows share: versions that must match, and client-made ids sent twice."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import text
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller
from domain.kernel.errors import (
    AlreadyExists,
    IdTaken,
    InUse,
    NotFound,
    VersionMissing,
    VersionStale,
)
from domain.kernel.ids import new_id
from domain.kernel.prepared import of_one
from domain.kernel.tables import Kept, TenantRow

Row = TypeVar("Row", bound=Kept)
Found = TypeVar("Found", bound=TenantRow)
UNSENT = -1
"""The expected version of a caller who sent none where one is needed."""
LOCK_ID = text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))")


class Asked(Protocol):
    """What a digest is made of: any command."""

    def model_dump_json(self) -> str: ...


class Creation(Asked, Protocol):
    """A command that makes a row, under an id that a client may bring along."""

    @property
    def id(self) -> UUID | None: ...


def digest(command: Asked) -> bytes:
    """What a create command asked for, to tell a resend from another request."""
    return hashlib.sha256(command.model_dump_json().encode()).digest()


async def made_before(
    session: AsyncSession, caller: Caller, table: type[Row], command: Creation
) -> Row | None:
    """The row that a resent command made; None when there is none yet. Raises as `resent`."""
    return await resent(session, caller, table, command.id, digest(command))


async def resent(
    session: AsyncSession, caller: Caller, table: type[Row], id_: UUID | None, made_from: bytes
) -> Row | None:
    """As `made_before`, where more or less than the command tells a resend.

    Raises `IdTaken` when the client-made id was used for something else. Two requests with one
    id wait for each other here.
    """
    if id_ is None:
        return None
    await session.exec(LOCK_ID, params={"id": str(id_)})  # type: ignore[call-overload]  # SQLModel types no text()
    row = await session.get(table, (caller.workspace_id, id_))
    if row is not None and row.made_from != made_from:
        raise IdTaken(at="/id")
    return row


def made_now(caller: Caller, command: Creation, *, now: datetime) -> dict[str, Any]:
    """What the row of a command begins with."""
    return {
        "workspace_id": caller.workspace_id,
        "id": command.id or new_id(),
        "created_at": now,
        "updated_at": now,
        "made_from": digest(command),
    }


async def insert(session: AsyncSession, row: Kept, *, taken: str, at: str | None = "/id") -> None:
    """Adds a row. Raises as `flush`."""
    session.add(row)
    await flush(session, taken=taken, at=at)


async def flush(session: AsyncSession, *, taken: str, at: str | None) -> None:
    """Writes what was changed. Raises `AlreadyExists`.

    `taken` is what to say when a name is taken, `at` where that name stands in the body.
    """
    try:
        await session.flush()
    except IntegrityError:
        raise AlreadyExists(taken, at=at) from None


async def remove(session: AsyncSession, row: Kept, *, in_use: str) -> None:
    """Raises `InUse`, with these words, while other rows name this one."""
    await session.delete(row)
    try:
        await session.flush()
    except IntegrityError:
        raise InUse(in_use) from None


async def find_for_change(
    session: AsyncSession,
    statement: SelectOfScalar[Row],
    *,
    what: str,
    expected_version: int | None,
) -> Row:
    """The one row of a statement, locked. Raises `NotFound` and `VersionStale`.

    Without an expected version any will do: for acts that overwrite nothing. `UNSENT` is refused
    once the row is found: what is not there is not there, whatever was sent (RFC 9110, 13.2.1).
    """
    row = await find(session, statement.with_for_update(), what=what)
    ensure_version(row, expected_version, what=what)
    return row


def ensure_version(row: Kept, expected_version: int | None, *, what: str) -> None:
    """Raises `VersionMissing` and `VersionStale`, as `find_for_change`."""
    if expected_version == UNSENT:
        raise VersionMissing
    if expected_version is not None and row.version != expected_version:
        raise VersionStale(f"This {what} is at version {row.version}, not {expected_version}.")


async def find(session: AsyncSession, statement: SelectOfScalar[Found], *, what: str) -> Found:
    """The one row of a statement. Raises `NotFound`."""
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound(what, ids_in(statement))
    return row


async def find_by_id(
    session: AsyncSession, caller: Caller, statement: SelectOfScalar[Found], id_: UUID, *, what: str
) -> Found:
    """As `find`, of a statement that is written once: see `kernel/prepared.py`."""
    row = (await session.exec(statement, params=of_one(caller, id_))).one_or_none()
    if row is None:
        raise NotFound(what, [id_])
    return row


def need_all(what: str, wanted: Iterable[UUID], found: Iterable[UUID | None]) -> None:
    """Raises `NotFound` for those that are wanted and were not found."""
    missing = set(wanted).difference(found)
    if missing:
        raise NotFound(what, missing)


def ids_in(statement: SelectOfScalar[Any]) -> frozenset[UUID]:
    """The ids that a statement names."""
    named = statement.compile().params.values()
    return frozenset(each for each in named if isinstance(each, UUID))


def apply(row: Kept, values: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Sets what differs, counts the version up, and gives the previous values."""
    previous = {
        name: getattr(row, name) for name, value in values.items() if getattr(row, name) != value
    }
    for name in previous:
        setattr(row, name, values[name])
    if previous:
        row.version += 1
        row.updated_at = now
    return previous


def archiving(
    values: dict[str, Any], archived_at: datetime | None, now: datetime
) -> dict[str, Any]:
    """The values of a change, `is_archived` as the moment that a row keeps."""
    if "is_archived" not in values:
        return values
    kept = {name: value for name, value in values.items() if name != "is_archived"}
    return kept | {"archived_at": (archived_at or now) if values["is_archived"] else None}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What an event tells of a change: which values, as they were and as they are.

    Empty when nothing has changed.
    """
    changed = sorted(name for name, value in after.items() if before[name] != value)
    if not changed:
        return {}
    return {
        "changed": changed,
        "previous": {name: before[name] for name in changed},
        "current": {name: after[name] for name in changed},
    }
