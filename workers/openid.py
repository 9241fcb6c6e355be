"""What an outside provider is asked: its metadata, who a code stands for, its keys.

Authlib's client speaks for us over `OutwardTransport`; joserfc reads the id token.
Sources: OpenID Connect Core 1.0 (3.1.3.7) and Discovery 1.0 (4.3), read 2026-11-26.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from domain.connector.errors import NetworkError, Refused
from domain.connector.http import Call, Http
from domain.providers.shapes import Addresses, Client, Intent, Subject
from workers.transport import OutwardTransport

WELL_KNOWN = "/.well-known/openid-configuration"
SCOPE = "openid email"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a key of theirs: none, and none by a secret of ours."""
LEEWAY_S = 60
LONGEST = 255
BASIC, POST, NONE = "client_secret_basic", "client_secret_post", "none"


async def find_page(
    http: Http, client: Client, intent: Intent, callback: str
) -> tuple[Addresses, str]:
    """Where the provider is spoken to, and its page for this browser.

    Raises `NetworkError`; `Refused` where the metadata are not the issuer's own or lack something.
    """
    said = await _object(http, client.issuer.rstrip("/") + WELL_KNOWN, "provider.metadata_unfit")
    page, tokens, keys = (
        _url(said.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    )
    if said.get("issuer") != client.issuer or not (page and tokens and keys):
        raise _unfit("provider.metadata_unfit")
    addresses = Addresses(
        token_endpoint=tokens,
        jwks_uri=keys,
        auth_method=_method(client, said.get("token_endpoint_auth_methods_supported")),
        says_issuer=said.get("authorization_response_iss_parameter_supported") is True,
    )
    async with _speaker(http, client, addresses, callback) as speaker:
        url, _ = speaker.create_authorization_url(
            page, state=intent.state, code_verifier=intent.verifier, nonce=intent.nonce
        )
    return addresses, str(url)


async def find_subject(
    http: Http,
    client: Client,
    intent: Intent,
    addresses: Addresses,
    *,
    callback: str,
    now: datetime,
) -> Subject:
    """Whom the code stands for. Raises `NetworkError`."""
    async with _speaker(http, client, addresses, callback) as speaker:
        try:
            tokens = await speaker.fetch_token(
                addresses.token_endpoint,
                grant_type="authorization_code",
                code=intent.code,
                code_verifier=intent.verifier,
            )
        except AuthlibBaseError as error:
            raise _unfit("provider.code_refused") from error
        except NetworkError:
            raise
        except ValueError as error:
            raise _unfit("provider.token_unfit") from error
    id_token = tokens.get("id_token")
    if not isinstance(id_token, str):
        raise _unfit("provider.token_unfit")
    keys = await _object(http, addresses.jwks_uri, "provider.keys_unfit")
    return _subject(id_token, keys, client, intent, now)


def _subject(
    id_token: str, keys: dict[str, Any], client: Client, intent: Intent, now: datetime
) -> Subject:
    """Who the token names, once its signature, issuer, audience, time and nonce are as asked."""
    wanted = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": client.issuer},
        aud={"essential": True, "value": client.client_id},
        nonce={"essential": True, "value": intent.nonce},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    try:
        claims = jwt.decode(id_token, _keys(keys), algorithms=ALGORITHMS).claims
        wanted.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _unfit("provider.token_unfit") from error
    audience, subject = claims["aud"], claims["sub"]
    is_for_others = isinstance(audience, list) and len(audience) > 1
    if is_for_others and claims.get("azp") != client.client_id:
        raise _unfit("provider.token_unfit")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST:
        raise _unfit("provider.token_unfit")
    email = claims.get("email")
    return Subject(subject, email[:LONGEST] if isinstance(email, str) else "")


def _keys(said: dict[str, Any]) -> KeySet:
    """Their keys; those of kinds that we do not know are left out."""
    found = []
    for each in said.get("keys") or []:
        with suppress(JoseError, ValueError, TypeError, KeyError):
            found.append(JWKRegistry.import_key(each))
    return KeySet(found)


def _speaker(http: Http, client: Client, addresses: Addresses, callback: str) -> AsyncOAuth2Client:
    return AsyncOAuth2Client(
        client.client_id,
        client.client_secret,
        token_endpoint_auth_method=addresses.auth_method,
        scope=SCOPE,
        redirect_uri=callback,
        code_challenge_method="S256",
        transport=OutwardTransport(http),
    )


async def _object(http: Http, url: str, code: str) -> dict[str, Any]:
    reply = await http(Call("GET", url, {"accept": "application/json"}, redirects=2))
    said = _read(reply.json)
    if not reply.is_success or not isinstance(said, dict):
        raise _unfit(code)
    return said


def _read(read: Callable[[], object]) -> object:
    try:
        return read()
    except ValueError:
        return None


def _method(client: Client, supported: object) -> str:
    if client.client_secret is None:
        return NONE
    known = supported if isinstance(supported, list) else [BASIC]
    return POST if BASIC not in known and POST in known else BASIC


def _url(found: object) -> str:
    """The address, if a browser or we may be sent there; else nothing."""
    text = found if isinstance(found, str) and found.isprintable() and " " not in found else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in {"https", "http"} and parts.hostname else ""


def _unfit(code: str) -> Refused:
    return Refused("The outside provider did not answer as OpenID asks.", code=code)
