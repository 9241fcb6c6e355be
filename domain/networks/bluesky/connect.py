"""Access by app password, or by a grant of consent: sessions are kept and renewed in turn.

Opening one by password is limited to 300 a day; a renewal hands out a new pair, and both are kept
(https://docs.bsky.app/docs/advanced-guides/rate-limits, read 2026-11-22).
"""

import base64
import binascii
from datetime import UTC, datetime

from pydantic import BaseModel, ValidationError

from domain.connector.errors import GrantExpired, Refused
from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Login, Profile
from domain.networks.bluesky import consent
from domain.networks.bluesky.answers import Session
from domain.networks.bluesky.person import enter, profile_of
from domain.networks.bluesky.wire import Pds

_DEFAULT_SERVER = "https://bsky.social"


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    server = _server(login.fields.get("server", ""))
    password = login.fields["app_password"].strip()
    body = {"identifier": _handle(login.fields["handle"]), "password": password}
    try:
        session = await Pds(http, server, secrets=(password,)).repeat(
            "com.atproto.server.createSession", dict(body), Session
        )
    except GrantExpired as error:
        message = "Bluesky does not accept this handle with this app password."
        raise GrantExpired(message, said=error.said) from error
    if not session.active:
        raise Refused("This account is not active.", code="bluesky.account_inactive")
    return await enter(http, _home(session) or server, session.did, _grant(session))


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant:
    if "dpop_key" in access.grant.extra:
        return await consent.refresh(http, access, now=now)
    token = access.grant.refresh
    if not token:
        raise GrantExpired("No refresh token is kept for this account.")
    pds = Pds(http, access.server, token, (access.grant.access,))
    return _grant(await pds.repeat("com.atproto.server.refreshSession", None, Session))


async def check(http: Http, access: Access) -> Profile:
    return await profile_of(http, access)


def _server(typed: str) -> str:
    address = typed.strip().rstrip("/") or _DEFAULT_SERVER
    return address if "://" in address else f"https://{address}"


def _handle(typed: str) -> str:
    return typed.strip().removeprefix("@")


def _home(session: Session) -> str | None:
    """The account's own server as its DID document names it."""
    services = session.did_doc.service if session.did_doc else ()
    for service in services:
        if service.id.endswith("#atproto_pds") and isinstance(service.service_endpoint, str):
            return service.service_endpoint.rstrip("/")
    return None


def _grant(session: Session) -> Grant:
    return Grant(
        access=session.access_jwt,
        refresh=session.refresh_jwt,
        expires_at=_expiry(session.access_jwt),
    )


class _Claims(BaseModel):
    exp: int


def _expiry(token: str) -> datetime | None:
    """When a JWT runs out, None when it is opaque to us."""
    payload = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return datetime.fromtimestamp(_Claims.model_validate_json(claims).exp, UTC)
    except (binascii.Error, ValidationError, OverflowError, OSError, ValueError):
        return None
