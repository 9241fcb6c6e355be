"""LinkedIn's tokens: how long one lasts, and how it is renewed.

An access token lasts 60 days. A refresh token, which approved apps alone are given, lasts 365 from
the first consent on and is not prolonged by use; what comes back may be the same, another or none
(https://learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens and
…/token-introspection, read 2026-11-28). Both calls need the app's id and secret.
"""

from datetime import datetime, timedelta

from domain.connector.dialects import oauth2
from domain.connector.dialects.answering import ask
from domain.connector.dialects.moments import end_of_grant
from domain.connector.errors import GrantExpired, RateLimited, Refused, Unavailable
from domain.connector.heard import Heard, NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_slowed, waits_until
from domain.connector.words import Access, Grant, Login
from domain.networks.linkedin.manifest import MANIFEST

API, OAUTH = "https://api.linkedin.com", "https://www.linkedin.com"
LASTS = timedelta(days=60)
_PATH = MANIFEST.at("oauth")
APP = ("client_id", "client_secret")


# LinkedIn's own form of `invalid_grant`, with `invalid_request` as its error.
_GONE = "refresh token is invalid, expired or revoked"


class _Introspected(Heard):
    active: bool = False
    status: str = ""
    expires_at: int | None = None


def oauth_at(server: str, name: str) -> str:
    """An endpoint of OAuth: on a host of its own at LinkedIn, on the same anywhere else."""
    return f"{OAUTH if server == API else server}{_PATH}/{name}"


async def pasted(http: Http, server: str, login: Login, *, now: datetime) -> Grant:
    """A grant of what a person pasted; when it ends is asked for where the app is known."""
    token, refresh = _typed(login, "access_token"), _typed(login, "refresh_token") or None
    app = {name: _typed(login, name) for name in APP if _typed(login, name)}
    ends_at = now + LASTS
    if len(app) == len(APP):
        ends_at = await _end_of(http, server, token, app, now) or ends_at
    return Grant(token, refresh, ends_at, app)


async def renewed(http: Http, access: Access, *, now: datetime) -> Grant | None:
    """None where there is nothing to renew it with."""
    kept, app = access.grant, {name: access.grant.extra.get(name, "") for name in APP}
    if not kept.refresh or not all(app.values()):
        return None
    form = {"grant_type": "refresh_token", "refresh_token": kept.refresh, **app}
    endpoint = oauth_at(access.server, "accessToken")
    try:
        tokens = await oauth2.ask_tokens(http, endpoint, form)
    except Refused as error:
        if _GONE not in error.said:
            raise
        raise GrantExpired("LinkedIn no longer takes this grant.", said=error.said) from error
    grant = tokens.grant(now=now, extra=kept.extra)
    return Grant(grant.access, grant.refresh or kept.refresh, grant.expires_at, grant.extra)


async def _end_of(
    http: Http, server: str, token: str, app: dict[str, str], now: datetime
) -> datetime | None:
    """When a token ends, None where that is not told. Raises `GrantExpired` when it has.

    Of another app's token LinkedIn says no more than that it is not active.
    """
    form = (("token", token), *app.items())
    call = Call("POST", oauth_at(server, "introspectToken"), form=form)
    told = _read(await ask(http, call), (token, *app.values()))
    if told.status in ("expired", "revoked"):
        raise GrantExpired("The access token has ended or was revoked.", said=told.status)
    if not told.active:
        raise Refused("The access token is of another app than the client id and secret.")
    return None if told.expires_at is None else end_of_grant(told.expires_at, now)


def _read(reply: Reply, hidden: tuple[str, ...]) -> _Introspected:
    said = without_secrets(f"{reply.status} {reply.text}"[:2000], hidden)
    if reply.is_broken:
        raise Unavailable("LinkedIn is out of order.", said=said)
    if is_slowed(reply):
        until = waits_until(reply)
        raise RateLimited("LinkedIn asks us to slow down.", until=until, said=said)
    try:
        if reply.is_success:
            return heard(reply, _Introspected)
    except NotUnderstood:
        pass
    raise Refused("LinkedIn tells nothing of the token: are client id and secret right?", said=said)


def _typed(login: Login, name: str) -> str:
    return login.fields.get(name, "").strip()
