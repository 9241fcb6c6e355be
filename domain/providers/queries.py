"""Reads of providers."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select, text
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.providers.shapes import Offer, SignInProviderView
from domain.providers.tables import SignInProvider

OLDEST_FIRST = Sort("sign_in_providers.id", (col(SignInProvider.id),), (UUID,))
OFFERS = text("SELECT workspace_id, provider_id, name FROM parvis_sign_in_offers(:slug)")


def visible(caller: Caller) -> SelectOfScalar[SignInProvider]:
    return select(SignInProvider).where(col(SignInProvider.workspace_id) == caller.workspace_id)


async def get_sign_in_provider(
    session: AsyncSession, caller: Caller, id_: UUID
) -> SignInProviderView:
    caller.need(Scope.ADMINISTRATION)
    statement = visible(caller).where(col(SignInProvider.id) == id_)
    return view_of(await find(session, statement, what="sign-in provider"))


async def list_sign_in_providers(
    session: AsyncSession, caller: Caller, request: PageRequest
) -> Page[SignInProviderView]:
    """The oldest first."""
    caller.need(Scope.ADMINISTRATION)
    return await OLDEST_FIRST.page(session, visible(caller), request, view=view_of)


async def sign_in_providers_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, SignInProviderView]:
    caller.need(Scope.ADMINISTRATION)
    rows = (await session.exec(visible(caller).where(col(SignInProvider.id).in_(ids)))).all()
    return {row.id: view_of(row) for row in rows}


async def offers(session: AsyncSession, slug: str) -> list[Offer]:
    """The providers of a workspace that people may sign in with. Needs no tenant, tells no secret.

    Nobody has said yet who they are: a workspace is found by its short name.
    """
    rows = (await session.exec(OFFERS, params={"slug": slug})).all()  # type: ignore[call-overload]  # SQLModel types no text()
    return [Offer(row.workspace_id, row.provider_id, row.name) for row in rows]


def view_of(row: SignInProvider) -> SignInProviderView:
    return SignInProviderView(
        id=row.id,
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        has_secret=row.sealed_secret is not None,
        is_on=row.is_on,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
