"""Reads of contacts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.contacts.rules import Name
from domain.contacts.shapes import ContactView
from domain.contacts.tables import Contact
from domain.kernel.caller import Caller, Scope
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.registers import Register
from domain.kernel.shapes import Page

BY_KEY = Sort("contacts.key", (col(Contact.key), col(Contact.id)), (str, UUID))


def visible(caller: Caller) -> SelectOfScalar[Contact]:
    return select(Contact).where(
        col(Contact.workspace_id) == caller.workspace_id, col(Contact.removed_at).is_(None)
    )


CONTACTS = Register(Contact, "contact", Scope.POSTS_READ, visible, ContactView.model_validate)
get_contact, contacts_by_id = CONTACTS.one, CONTACTS.many


async def list_contacts(
    session: AsyncSession, caller: Caller, request: PageRequest, *, contact_keys: Sequence[str] = ()
) -> Page[ContactView]:
    """In the order of their keys."""
    caller.need(Scope.POSTS_READ)
    statement = visible(caller)
    if contact_keys:
        statement = statement.where(col(Contact.key).in_(contact_keys))
    return await BY_KEY.page(session, statement, request, view=ContactView.model_validate)


async def names_of(session: AsyncSession, caller: Caller, keys: Collection[str]) -> dict[str, Name]:
    """Those there are, by key; for the floors above."""
    if not keys:
        return {}
    rows = (await session.exec(visible(caller).where(col(Contact.key).in_(keys)))).all()
    return {row.key: name_of(row.name, row.handles) for row in rows}


async def names_ever_of(
    session: AsyncSession, caller: Caller, keys: Collection[str]
) -> dict[str, Name]:
    """As `names_of`, with those removed since: what was planned before goes on to name them."""
    if not keys:
        return {}
    statement = (
        select(Contact)
        .where(col(Contact.workspace_id) == caller.workspace_id, col(Contact.key).in_(keys))
        .order_by(col(Contact.removed_at).asc().nulls_last())
    )
    rows = (await session.exec(statement)).all()
    return {row.key: name_of(row.name, row.handles) for row in rows}


def name_of(name: str, handles: Iterable[Mapping[str, Any]]) -> Name:
    """As its row holds it."""
    return Name(name, {each["network"]: each["handle"] for each in handles})
