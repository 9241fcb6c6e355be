"""Reads of tokens, keys, applications and grants: a member's own, or all for administrators."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.identity.bearer import client_id_of
from domain.identity.shapes import (
    ApiKeyView,
    ApplicationView,
    GrantView,
    SecretView,
    TokenKind,
    TokenView,
)
from domain.identity.tables import Application, ApplicationSecret, Grant, Token
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import NotFound
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page, View

Shown = TypeVar("Shown", bound=View)
TOKENS = (TokenKind.OPERATOR, TokenKind.ACCESS)
KEYS = (TokenKind.KEY,)
TOKEN_ORDER = Sort("tokens.id", (col(Token.id),), (UUID,))
KEY_ORDER = Sort("api_keys.id", (col(Token.id),), (UUID,))
APPLICATION_ORDER = Sort("applications.id", (col(Application.id),), (UUID,))
GRANT_ORDER = Sort("grants.id", (col(Grant.id),), (UUID,))


def visible_applications(caller: Caller) -> SelectOfScalar[Application]:
    """Raises `ScopeMissing` for all but administrators."""
    caller.need(Scope.ADMINISTRATION)
    return select(Application).where(col(Application.workspace_id) == caller.workspace_id)


def visible_grants(caller: Caller) -> SelectOfScalar[Grant]:
    """The living ones. Raises `ScopeMissing` for tokens of nobody."""
    statement = select(Grant).where(
        col(Grant.workspace_id) == caller.workspace_id, col(Grant.revoked_at).is_(None)
    )
    if _sees_own_only(caller):
        return statement.where(col(Grant.member_id) == caller.member_id)
    return statement


def visible_tokens(caller: Caller, kinds: Sequence[TokenKind]) -> SelectOfScalar[Token]:
    """Those not revoked. Raises `ScopeMissing` for tokens of nobody."""
    statement = select(Token).where(
        col(Token.workspace_id) == caller.workspace_id,
        col(Token.kind).in_(kinds),
        col(Token.revoked_at).is_(None),
    )
    if _sees_own_only(caller):
        return statement.where(col(Token.member_id) == caller.member_id)
    return statement


def _sees_own_only(caller: Caller) -> bool:
    if Scope.ADMINISTRATION in caller.scopes:
        return False
    if caller.member_id is None:
        caller.need(Scope.ADMINISTRATION)
    return True


async def tokens_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, TokenView]:
    rows = (await session.exec(visible_tokens(caller, TOKENS).where(col(Token.id).in_(ids)))).all()
    return {row.id: TokenView.model_validate(row) for row in rows}


async def api_keys_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, ApiKeyView]:
    rows = (await session.exec(visible_tokens(caller, KEYS).where(col(Token.id).in_(ids)))).all()
    return {row.id: ApiKeyView.model_validate(row) for row in rows}


async def applications_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, ApplicationView]:
    statement = visible_applications(caller).where(col(Application.id).in_(ids))
    views = await application_views(session, caller, (await session.exec(statement)).all())
    return {view.id: view for view in views}


async def grants_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, GrantView]:
    rows = (await session.exec(visible_grants(caller).where(col(Grant.id).in_(ids)))).all()
    return {row.id: grant_view(row) for row in rows}


async def get_token(session: AsyncSession, caller: Caller, id_: UUID) -> TokenView:
    return _found(await tokens_by_id(session, caller, [id_]), id_, "token")


async def list_tokens(
    session: AsyncSession, caller: Caller, request: PageRequest
) -> Page[TokenView]:
    statement = visible_tokens(caller, TOKENS)
    return await TOKEN_ORDER.page(session, statement, request, view=TokenView.model_validate)


async def get_api_key(session: AsyncSession, caller: Caller, id_: UUID) -> ApiKeyView:
    return _found(await api_keys_by_id(session, caller, [id_]), id_, "api key")


async def list_api_keys(
    session: AsyncSession, caller: Caller, request: PageRequest
) -> Page[ApiKeyView]:
    statement = visible_tokens(caller, KEYS)
    return await KEY_ORDER.page(session, statement, request, view=ApiKeyView.model_validate)


async def get_application(session: AsyncSession, caller: Caller, id_: UUID) -> ApplicationView:
    return _found(await applications_by_id(session, caller, [id_]), id_, "application")


async def list_applications(
    session: AsyncSession, caller: Caller, request: PageRequest
) -> Page[ApplicationView]:
    statement = visible_applications(caller)
    views = partial(application_views, session, caller)
    return await APPLICATION_ORDER.page_together(session, statement, request, views=views)


async def application_views(
    session: AsyncSession, caller: Caller, rows: Sequence[Application]
) -> list[ApplicationView]:
    """Applications with their secrets, in one statement more."""
    statement = (
        select(ApplicationSecret)
        .where(
            col(ApplicationSecret.workspace_id) == caller.workspace_id,
            col(ApplicationSecret.application_id).in_([row.id for row in rows]),
        )
        .order_by(col(ApplicationSecret.id))
    )
    secrets = (await session.exec(statement)).all()
    return [_application_view(row, secrets) for row in rows]


def _application_view(row: Application, secrets: Sequence[ApplicationSecret]) -> ApplicationView:
    own = [SecretView.model_validate(each) for each in secrets if each.application_id == row.id]
    return ApplicationView.model_validate(
        {
            **row.model_dump(exclude={"workspace_id", "made_from"}),
            "client_id": client_id_of(row.workspace_id, row.id),
            "secrets": own,
        }
    )


async def get_grant(session: AsyncSession, caller: Caller, id_: UUID) -> GrantView:
    return _found(await grants_by_id(session, caller, [id_]), id_, "grant")


async def list_grants(
    session: AsyncSession, caller: Caller, request: PageRequest
) -> Page[GrantView]:
    return await GRANT_ORDER.page(session, visible_grants(caller), request, view=grant_view)


def grant_view(row: Grant) -> GrantView:
    client_id = client_id_of(row.application_workspace_id, row.application_id)
    columns = row.model_dump(
        exclude={"workspace_id", "application_workspace_id", "application_id", "revoked_at"}
    )
    return GrantView.model_validate({**columns, "client_id": client_id})


def _found(views: Mapping[UUID, Shown], id_: UUID, what: str) -> Shown:
    if id_ not in views:
        raise NotFound(what, [id_])
    return views[id_]
