"""OpenID Connect: the id_token beside an access token, and what userinfo tells of a person."""

from datetime import timedelta
from typing import Any

from authlib.oidc.core.grants import OpenIDToken
from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from api.oauth.server import Asking, Desk
from domain.identity.parties import Authorised
from domain.identity.scopes import EMAIL, PROFILE
from domain.identity.shapes import SigningAlgorithm
from domain.kernel.ids import show
from domain.people.shapes import UserView

ID_TOKEN_LASTS = timedelta(hours=1)
KEY_TYPES: dict[SigningAlgorithm, type[RSAKey | ECKey]] = {
    SigningAlgorithm.RS256: RSAKey,
    SigningAlgorithm.ES256: ECKey,
}


class IdToken(OpenIDToken):  # type: ignore[misc]  # Authlib is untyped
    """Adds an id_token where the scope `openid` was given."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def encode_id_token(self, token: dict[str, Any], request: Asking) -> str:
        desk, authorised = self.desk, request.user
        signs = desk.signer
        if desk.client is None or signs is None or not isinstance(authorised, Authorised):
            raise TypeError("An id_token is signed, and tells a client of a person.")
        algorithm = signs.algorithm
        claims = {
            **_claims(desk, authorised),
            "aud": desk.client.client_id,
            "at_hash": create_half_hash(token["access_token"], algorithm).decode(),
            # The nonce belongs to the code's own answer, not to those of later refreshes.
            **({"nonce": authorised.nonce} if authorised.nonce and _is_by_code(request) else {}),
        }
        key = KEY_TYPES[algorithm].import_key(dict(signs.private_key))
        header = {"alg": algorithm.value, "kid": signs.kid, "typ": "JWT"}
        return jwt.encode(header, claims, key, [algorithm.value])


def claims_of(person: UserView, scopes: frozenset[str]) -> dict[str, Any]:
    """What the scopes of a token tell of a person (OpenID Connect Core, 5.4)."""
    told: dict[str, Any] = {"sub": show("usr", person.id)}
    if PROFILE in scopes:
        told |= {"name": person.name, "locale": person.language.value}
    if EMAIL in scopes:
        told |= {"email": person.email, "email_verified": person.is_email_verified}
    return told


def _claims(desk: Desk, authorised: Authorised) -> dict[str, Any]:
    return {
        "iss": desk.issuer,
        "sub": show("usr", authorised.user_id),
        "iat": int(desk.now.timestamp()),
        "exp": int((desk.now + ID_TOKEN_LASTS).timestamp()),
        "auth_time": int(authorised.authenticated_at.timestamp()),
        "amr": sorted(authorised.methods),
        "workspace": show("ws", authorised.workspace_id),
    }


def _is_by_code(request: Asking) -> bool:
    return request.authorization_code is not None
