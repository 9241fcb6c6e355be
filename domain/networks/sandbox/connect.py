"""Access: sessions, opened with the account's token, renewed with a refresh token used once."""

from datetime import datetime

from domain.connector.errors import GrantExpired, Refused
from domain.connector.http import Call, Http
from domain.connector.words import Access, Connected, Grant, Login, Measures, Profile
from domain.networks.sandbox.answers import Account, Session
from domain.networks.sandbox.wire import server_at, server_of

IDEMPOTENCY = "idempotency"


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    root = login.fields.get("server", "").strip().rstrip("/")
    if not root:
        raise Refused("The sandbox's address is missing.", code="network.login_incomplete")
    command = {
        "handle": login.fields.get("handle", "").strip(),
        "token": login.fields.get("token", "").strip(),
    }
    try:
        session = await server_at(http, root, login.versions).repeat(
            Call("POST", "/sessions", json={**command}), Session
        )
    except Refused as error:
        raise GrantExpired("The sandbox does not accept this login.", said=error.said) from error
    return Connected(
        server=root,
        profile=_profile(session.account, root),
        grant=_grant(session),
        measures=Measures(text_max=session.account.text_maximum),
    )


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:  # noqa: ARG001 - the port's signature
    if access.grant.refresh is None or access.grant.expires_at is None:
        return None
    call = Call("POST", "/sessions/refresh", json={"refresh_token": access.grant.refresh})
    return _grant(await server_at(http, access.server, access.versions).act(call, Session))


async def check(http: Http, access: Access) -> Profile:
    account = await server_of(http, access).repeat(Call("GET", "/me"), Account)
    return _profile(account, access.server)


def _profile(account: Account, root: str) -> Profile:
    return Profile(
        remote_id=account.id,
        handle=account.handle,
        display_name=account.display_name,
        url=f"{root}/@{account.handle}",
    )


def _grant(session: Session) -> Grant:
    return Grant(
        access=session.access_token,
        refresh=session.refresh_token,
        expires_at=session.expires_at,
        extra={IDEMPOTENCY: session.account.idempotency},
    )
