"""Changes of the providers that a workspace's people may sign in with."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find_for_change, insert, resent
from domain.kernel.errors import NotAllowedNow
from domain.kernel.ids import new_id
from domain.kernel.sealing import KeyRing
from domain.providers.queries import view_of, visible
from domain.providers.rules import MOST_PROVIDERS
from domain.providers.seals import seal_secret
from domain.providers.shapes import (
    ChangeSignInProvider,
    CreateSignInProvider,
    SignInProviderView,
)
from domain.providers.tables import SignInProvider

NAME_TAKEN = "A provider with this name exists already."


async def create_sign_in_provider(
    session: AsyncSession,
    caller: Caller,
    command: CreateSignInProvider,
    *,
    keys: KeyRing,
    now: datetime,
) -> SignInProviderView:
    """Raises `NotAllowedNow` when there are as many as may be."""
    caller.need(Scope.ADMINISTRATION)
    # Without the secret: what is compared later must not help to guess it.
    asked = command.model_dump_json(exclude={"client_secret"})
    made_from = hashlib.sha256(asked.encode()).digest()
    before = await resent(session, caller, SignInProvider, command.id, made_from)
    if before is not None:
        return view_of(before)
    await _need_room(session, caller)
    id_, secret = command.id or new_id(), command.client_secret
    sealed = None if secret is None else seal_secret(keys, caller.workspace_id, id_, secret)
    row = SignInProvider(
        workspace_id=caller.workspace_id,
        id=id_,
        name=command.name,
        issuer=command.issuer,
        client_id=command.client_id,
        sealed_secret=sealed,
        is_on=True,
        created_at=now,
        updated_at=now,
        made_from=made_from,
    )
    await insert(session, row, taken=NAME_TAKEN, at="/name")
    about = {"name": row.name, "issuer": row.issuer}
    record(
        session, caller, "sign_in_provider.added", ("sign_in_provider", id_), now=now, data=about
    )
    return view_of(row)


async def change_sign_in_provider(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeSignInProvider,
    *,
    expected_version: int | None,
    keys: KeyRing,
    now: datetime,
) -> SignInProviderView:
    row = await _provider(session, caller, id_, expected_version)
    previous = apply(row, _values(command, row, keys), now=now)
    if previous:
        await insert(session, row, taken=NAME_TAKEN, at="/name")
        shown = {name: value for name, value in previous.items() if name != "sealed_secret"}
        data = {"changed": sorted(previous), "previous": shown}
        about = ("sign_in_provider", id_)
        record(session, caller, "sign_in_provider.changed", about, now=now, data=data)
    return view_of(row)


async def remove_sign_in_provider(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Nobody signs in with it any more; who is who there is forgotten."""
    row = await _provider(session, caller, id_, expected_version)
    await session.delete(row)
    about = {"name": row.name, "issuer": row.issuer}
    subject = ("sign_in_provider", id_)
    record(session, caller, "sign_in_provider.removed", subject, now=now, data=about)


async def _need_room(session: AsyncSession, caller: Caller) -> None:
    count = select(func.count()).where(col(SignInProvider.workspace_id) == caller.workspace_id)
    if (await session.exec(count)).one() >= MOST_PROVIDERS:
        raise NotAllowedNow(f"A workspace has at most {MOST_PROVIDERS} sign-in providers.")


async def _provider(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> SignInProvider:
    caller.need(Scope.ADMINISTRATION)
    statement = visible(caller).where(col(SignInProvider.id) == id_)
    return await find_for_change(
        session, statement, what="sign-in provider", expected_version=expected_version
    )


def _values(command: ChangeSignInProvider, row: SignInProvider, keys: KeyRing) -> dict[str, Any]:
    values = command.sent()
    if "client_secret" in values:
        secret: str | None = values.pop("client_secret")
        values["sealed_secret"] = (
            None if secret is None else seal_secret(keys, row.workspace_id, row.id, secret)
        )
    return values
