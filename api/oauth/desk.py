"""Serves one request of a client: who it is, in which workspace, by which way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from api.oauth.endpoints import DeviceAuthorization, Introspection, Revocation
from api.oauth.grants import S256, CodeGrant, DeviceGrant, OwnGrant, RenewGrant
from api.oauth.openid import IdToken
from api.oauth.sent import Sent
from api.oauth.server import Desk, Server
from api.state import State
from domain.identity.bearer import ACCESS, BearerKind, read_client_id, workspace_of
from domain.identity.clients import find_client
from domain.identity.devices import workspace_chosen
from domain.identity.parties import Client
from domain.identity.scopes import OPENID
from domain.identity.shapes import GrantType

NAMING = {
    GrantType.CODE: ("code", frozenset({BearerKind.CODE})),
    GrantType.REFRESH: ("refresh_token", frozenset({BearerKind.REFRESH})),
}
"""Which parameter of a grant carries the workspace it is about."""


async def load_client(state: State, client_id: str, *, now: datetime) -> Client | None:
    """The living application of that name, read in the workspace that registered it."""
    named = read_client_id(client_id)
    if named is None:
        return None
    async with state.database.transaction(named[0]) as session:
        return await find_client(session, client_id, now=now)


async def workspace_asked(state: State, sent: Sent, client: Client | None) -> UUID | None:
    """The workspace that a token request is about."""
    grant_type = sent.parameters.get("grant_type", "")
    if grant_type == GrantType.DEVICE:
        async with state.database.transaction(None) as session:
            return await workspace_chosen(session, sent.parameters.get("device_code", ""))
    if grant_type in NAMING:
        name, kinds = NAMING[GrantType(grant_type)]
        return workspace_of(sent.parameters.get(name, ""), kinds)
    return None if client is None else client.workspace_id


def workspace_held(sent: Sent) -> UUID | None:
    """The workspace of a token that is asked about, or given up."""
    return workspace_of(sent.parameters.get("token", ""), ACCESS | {BearerKind.REFRESH})


@asynccontextmanager
async def serving(
    state: State, client: Client | None, workspace_id: UUID | None, *, now: datetime
) -> AsyncIterator[Server]:
    """Authlib's server over one transaction of the workspace. Keeps what refusals change too."""
    signer = None
    if client is not None and OPENID in client.scopes:
        signer = await state.signing.signer(client.id_token_algorithm, now=now)
    async with state.database.transaction(workspace_id) as session:
        desk = Desk(state, session, client, now, signer)
        server = Server(desk)
        server.register_grant(CodeGrant, [S256(required=True), IdToken(desk)])
        server.register_grant(RenewGrant, [IdToken(desk)])
        server.register_grant(DeviceGrant, [IdToken(desk)])
        server.register_grant(OwnGrant)
        for endpoint in (Revocation, Introspection, DeviceAuthorization):
            server.register_endpoint(endpoint)
        yield server
