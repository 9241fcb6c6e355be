"""Tokens bound to a key (DPoP, RFC 9449): every call carries a proof made for it alone.

A server names a nonce in its first refusal, and shows in each what time it has: proofs are good for
seconds, by its clock. A call that was refused for its proof did nothing and is made once more.
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
from domain.connector.rates import sent_at_of
from domain.kernel.ids import new_id

_NONCE = "dpop-nonce"
_WANTED = "use_dpop_nonce"
_WRONG = "invalid_dpop_proof"
_CORRECTIONS = 2
"""Of its time and its nonce."""
_UNDER_WAY_S = 5.0
"""What the time in an answer may be old without a clock being wrong."""


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
    behind_s: float = 0.0
    """How far our clock is behind the server's, as far as that matters."""

    async def __call__(self, call: Call) -> Reply:
        reply = await self.http(self._proven(call))
        for _ in range(_CORRECTIONS):
            if not self._learns_from(reply):
                break
            reply = await self.http(self._proven(call))
        return reply

    def time(self) -> int:
        """By the server's clock."""
        return int(time.time() + self.behind_s)

    def _learns_from(self, reply: Reply) -> bool:
        """Whether the call was refused for its proof, and another one may do."""
        before = self.nonce, self.behind_s
        self.nonce = reply.headers.get(_NONCE) or self.nonce
        self.behind_s = _behind_s(reply, self.behind_s)
        if reply.status not in {400, 401}:
            return False
        said = f"{reply.headers}{reply.text}"
        return (_WANTED in said and self.nonce != before[0]) or (
            _WRONG in said and self.behind_s != before[1]
        )

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
            "iat": self.time(),
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


def _behind_s(reply: Reply, known_s: float) -> float:
    """As the server's own `Date` shows it; what is known already may be off by seconds."""
    sent_at = sent_at_of(reply)
    if sent_at is None:
        return known_s
    behind_s = sent_at.timestamp() - time.time()
    return known_s if abs(behind_s - known_s) < _UNDER_WAY_S else behind_s


def _hashed(token: str) -> str:
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _read(key: str) -> ECKey:
    return ECKey.import_key(json.loads(key))
