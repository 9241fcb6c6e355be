"""An outside OpenID provider at the port: it has one person, one client and faults on request."""

import json
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from domain.connector.errors import Unavailable
from domain.connector.http import Call, Reply

ISSUER = "https://login.acme.test"
CLIENT_ID, SECRET = "parvis-at-acme", "s3:cret%of+acme"
KEY = RSAKey.generate_key(2048, {"kid": "acme-1"}, private=True)
STRANGE = {"kty": "FUTURE", "kid": "acme-2", "x": "1"}


@dataclass
class Acme:
    """`claims` and `metadata` replace what it would say; `signs` is the key of its tokens."""

    subject: str = "acme-7"
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    signs: RSAKey | OctKey = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    is_away: bool = False
    calls: list[Call] = field(default_factory=list)
    _asked: dict[str, str] = field(default_factory=dict)

    def lead_back(self, page: str) -> str:
        """Where it sends a browser that came to its page and signed in there."""
        asked = dict(parse_qsl(urlsplit(page).query))
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert asked["code_challenge_method"] == "S256"
        assert set(asked["scope"].split()) == {"openid", "email"}
        self._asked = asked
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?code=c-1&state={asked['state']}&iss={ISSUER}"

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        if self.is_away:
            raise Unavailable("Nobody answers.")
        match urlsplit(call.url).path:
            case "/.well-known/openid-configuration":
                return _says(call, {**self._about(), **self.metadata})
            case "/jwks":
                return _says(call, {"keys": [STRANGE, KEY.as_dict(private=False)]})
            case "/token":
                return self._token(call)
        return Reply(404, {}, b"", call.url)

    def _about(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
            "authorization_response_iss_parameter_supported": True,
        }

    def _token(self, call: Call) -> Reply:
        """The tokens of a code that is sent with its verifier, as its client, once."""
        sent = {
            name: values[0] for name, values in parse_qs((call.content or b"").decode()).items()
        }
        digest = sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            sent.get("code") != "c-1"
            or challenge != self._asked.pop("code_challenge", None)
            or sent.get("redirect_uri") != self._asked["redirect_uri"]
            or _client_of(call) != (CLIENT_ID, SECRET)
        ):
            return _says(call, {"error": "invalid_grant"}, 400)
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "sub": self.subject,
            "email": "aline@acme.test",
            "nonce": self._asked["nonce"],
            "iat": now,
            "exp": now + 300,
        }
        said = {name: value for name, value in {**claims, **self.claims}.items() if value != ""}
        header = {"alg": self.algorithm, "kid": "acme-1"}
        token = jwt.encode(header, said, self.signs, algorithms=[self.algorithm])
        answer = {"access_token": "a", "token_type": "Bearer", "id_token": token}
        return _says(call, answer)


def _says(call: Call, said: dict[str, Any], status: int = 200) -> Reply:
    headers = {"content-type": "application/json"}
    return Reply(status, headers, json.dumps(said).encode(), call.url)


def _client_of(call: Call) -> tuple[str, str]:
    sent = b64decode(call.headers["authorization"].removeprefix("Basic ")).decode()
    name, _, secret = sent.partition(":")
    return unquote(name), unquote(secret)
