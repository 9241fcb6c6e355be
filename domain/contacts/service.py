"""Changes of contacts: the people and organisations that posts name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.contacts.queries import visible
from domain.contacts.shapes import ChangeContact, ContactView, CreateContact, HandleInput
from domain.contacts.tables import Contact
from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find_for_change, insert, made_before, made_now
from domain.kernel.errors import Fault, NetworkUnknown
from domain.networks import find as find_network


async def create_contact(
    session: AsyncSession, caller: Caller, command: CreateContact, *, now: datetime
) -> ContactView:
    """Raises `AlreadyExists` for a key that is taken, and `NetworkUnknown`."""
    caller.need(Scope.POSTS_WRITE)
    before = await made_before(session, caller, Contact, command)
    if before is not None:
        return ContactView.model_validate(before)
    _ensure_networks(command.handles)
    row = Contact(
        **made_now(caller, command, now=now),
        **command.model_dump(exclude={"id"}),
    )
    await insert(session, row, taken="A contact has this key already.", at="/key")
    record(session, caller, "contact.created", ("contact", row.id), now=now)
    return ContactView.model_validate(row)


async def change_contact(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeContact,
    *,
    expected_version: int | None,
    now: datetime,
) -> ContactView:
    """What has not gone out yet names it anew. Raises `NetworkUnknown`."""
    caller.need(Scope.POSTS_WRITE)
    row = await _contact(session, caller, id_, expected_version)
    values: dict[str, Any] = command.sent()
    if "handles" in values:
        _ensure_networks(command.handles)
        values["handles"] = [each.model_dump() for each in command.handles]
    previous = apply(row, values, now=now)
    if previous:
        record_change(session, caller, "contact.changed", ("contact", id_), row, previous, now=now)
    return ContactView.model_validate(row)


async def remove_contact(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """What is planned already goes on to name it; nothing else can any more."""
    caller.need(Scope.POSTS_WRITE)
    row = await _contact(session, caller, id_, expected_version)
    row.removed_at, row.updated_at, row.version = now, now, row.version + 1
    record(session, caller, "contact.removed", ("contact", id_), now=now)


async def _contact(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Contact:
    statement = visible(caller).where(col(Contact.id) == id_)
    return await find_for_change(
        session, statement, what="contact", expected_version=expected_version
    )


def _ensure_networks(handles: Sequence[HandleInput]) -> None:
    faults = tuple(
        Fault(f"/handles/{place}/network", NetworkUnknown.code, "There is no such network.")
        for place, each in enumerate(handles)
        if find_network(each.network) is None
    )
    if faults:
        raise NetworkUnknown(faults=faults)
