"""Applications as the authorisation server knows them: living ones, with their living secrets."""

import hmac
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.identity.bearer import read_client_id
from domain.identity.parties import Client
from domain.identity.shapes import ApplicationKind, GrantType, SigningAlgorithm
from domain.identity.tables import Application, ApplicationSecret
from domain.kernel.sealing import fingerprint


async def find_client(session: AsyncSession, client_id: str, *, now: datetime) -> Client | None:
    """The application that calls itself so, in a transaction of the workspace it names.

    None when there is none, or when it is suspended.
    """
    named = read_client_id(client_id)
    if named is None:
        return None
    row = await session.get(Application, named)
    if row is None or row.suspended_at is not None:
        return None
    table = ApplicationSecret
    statement = select(table.fingerprint).where(
        col(table.workspace_id) == row.workspace_id,
        col(table.application_id) == row.id,
        or_(col(table.expires_at).is_(None), col(table.expires_at) > now),
    )
    return Client(
        workspace_id=row.workspace_id,
        id=row.id,
        client_id=client_id,
        name=row.name,
        homepage_url=row.homepage_url,
        kind=ApplicationKind(row.kind),
        is_confidential=row.is_confidential,
        redirect_uris=tuple(row.redirect_uris),
        post_logout_uris=tuple(row.post_logout_uris),
        grant_types=frozenset(GrantType(each) for each in row.grant_types),
        scopes=frozenset(row.scopes),
        id_token_algorithm=SigningAlgorithm(row.id_token_algorithm),
        secrets=tuple((await session.exec(statement)).all()),
    )


def holds_secret(client: Client, secret: str) -> bool:
    """Whether this is one of the client's living secrets."""
    shown = fingerprint(secret)
    return any(hmac.compare_digest(shown, each) for each in client.secrets)
