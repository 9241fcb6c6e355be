"""What consents at networks' own pages are tested with."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from domain.connector.consent import Client, Wish
from domain.connector.http import Call

ROOT = "https://parvis.example"
CALLBACK = f"{ROOT}/connect/callback"


@dataclass
class Shelf:
    """Keeps clients as the workers do."""

    kept: dict[str, Client] = field(default_factory=dict)

    async def find(self, server: str) -> Client | None:
        return self.kept.get(server)

    async def keep(self, server: str, client: Client) -> Client:
        return self.kept.setdefault(server, client)

    async def forget(self, server: str) -> None:
        self.kept.pop(server, None)


def wish(root: str = ROOT, **fields: str) -> Wish:
    return Wish(fields, "state-of-ours", f"{root}/connect/callback", root)


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def form_of(call: Call) -> dict[str, str]:
    return dict(call.form)


def proof_of(call: Call) -> Mapping[str, object]:
    header = json.loads(_decoded(call.headers["dpop"].split(".")[0]))
    key = ECKey.import_key(header["jwk"])
    claims: Mapping[str, object] = jwt.decode(call.headers["dpop"], key, ["ES256"]).claims
    return claims


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
