"""Tokens bound to a key (DPoP, RFC 9449): every call carries a proof made for it alone.

A server names a nonce in its first refusal; a call that was refused for want of it did nothing
and is made once more with it.
"""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import JsonValue

from domain.connector.http import Call, Http, Reply
from domain.kernel.ids import new_id

_NONCE = "dpop-nonce"
_WANTED = "use_dpop_nonce"


def new_key() -> str:
    """A private key as a JSON text (JWK, P-256), as it is kept in a grant."""
    return json.dumps(ECKey.generate_key("P-256").as_dict(private=True))


def public_part(key: str) -> dict[str, JsonValue]:
    return {name: str(value) for name, value in _read(key).as_dict(private=False).items()}


@dataclass
class ProvingHttp:
    """The way out, with a proof on every call and the token, where there is one, bound to it."""

    http: Http
    key: str
    token: str | None = None
    nonce: str | None = None

    async def __call__(self, call: Call) -> Reply:
        reply = await self.http(self._proven(call))
        fresh = reply.headers.get(_NONCE)
        if fresh and fresh != self.nonce:
            self.nonce = fresh
            if reply.status in {400, 401} and _WANTED in f"{reply.headers}{reply.text}":
                return await self.http(self._proven(call))
        return reply

    def _proven(self, call: Call) -> Call:
        headers = {**call.headers, "dpop": self._proof(call)}
        if self.token is not None:
            headers["authorization"] = f"DPoP {self.token}"
        return replace(call, headers=headers)

    def _proof(self, call: Call) -> str:
        key = _read(self.key)
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
        address = urlsplit(call.url)._replace(query="", fragment="").geturl()
        claims: dict[str, JsonValue] = {
            "jti": new_id().hex,
            "htm": call.method,
            "htu": address,
            # A proof is good for this very second; nothing else is decided by it.
            "iat": int(time.time()),
        }
        if self.nonce is not None:
            claims["nonce"] = self.nonce
        if self.token is not None:
            claims["ath"] = _hashed(self.token)
        return jwt.encode(header, claims, key)


def signed(key: str, claims: dict[str, JsonValue]) -> str:
    """A statement of ours under the installation's key (private_key_jwt, RFC 7523)."""
    found = _read(key)
    return jwt.encode({"alg": "ES256", "kid": found.thumbprint()}, claims, found)


def key_id(key: str) -> str:
    return _read(key).thumbprint()


def _hashed(token: str) -> str:
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _read(key: str) -> ECKey:
    return ECKey.import_key(json.loads(key))
