"""LinkedIn's versioned REST api: how it is called. What refusals mean stands in `refusals`.

Every call names its version in a header; the id of what is made comes back in one, too
(https://learn.microsoft.com/linkedin/marketing/versioning, read 2026-11-28).

5xx, 408, or no sense, where something may have been written   OutcomeUnknown, else Unavailable
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlsplit

from domain.connector.dialects import answering
from domain.connector.errors import OutcomeUnknown
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access
from domain.networks.linkedin.manifest import MANIFEST
from domain.networks.linkedin.refusals import refusal_of, said_by

T = TypeVar("T")

REST = MANIFEST.at("rest")
_API = MANIFEST.api("rest")
_ID = "x-restli-id"
_OURS = (".linkedin.com", ".licdn.com")


@dataclass(frozen=True, slots=True)
class Server:
    """LinkedIn, entered with a token; urls of calls are paths."""

    http: Http
    root: str
    token: str
    versions: Mapping[str, str] = field(default_factory=dict)

    async def read(self, path: str, shape: type[T], query: Sequence[tuple[str, str]] = ()) -> T:
        return await self.repeat(Call("GET", path, query=tuple(query)), shape)

    async def repeat(self, call: Call, shape: type[T]) -> T:
        """A call that does no harm when it is made twice."""
        return await answering.repeat(self._answer, call, shape)

    async def tell(self, call: Call) -> None:
        """The same, where nothing is read of the answer."""
        await answering.ask(self._answer, call)

    async def make(self, call: Call) -> tuple[str, Reply]:
        """A call that must not be made twice: the id of what it made, and the answer."""
        reply = await self._answer(call)
        made = reply.headers.get(_ID, "")
        if not made:
            raise OutcomeUnknown("LinkedIn does not say what it made.")
        return made, reply

    async def send_up(self, url: str, content: bytes, *, with_token: bool) -> Reply:
        """Sends bytes where LinkedIn said; the token goes along to none but LinkedIn."""
        headers = {"content-type": "application/octet-stream"}
        if with_token and self._is_at_home(url):
            headers["authorization"] = f"Bearer {self.token}"
        call = Call("PUT", url, headers=headers, content=content)
        return await answering.ask(self._understood, call)

    async def _answer(self, call: Call) -> Reply:
        headers = {**call.headers, "authorization": f"Bearer {self.token}"}
        if call.url.startswith(f"{REST}/"):
            headers["linkedin-version"] = self.versions.get(_API.name, _API.versions[0].name)
            headers["x-restli-protocol-version"] = "2.0.0"
        return await self._understood(replace(call, url=f"{self.root}{call.url}", headers=headers))

    async def _understood(self, call: Call) -> Reply:
        reply = await self.http(call)
        if reply.is_broken:
            said = said_by(reply, [self.token])
            raise OutcomeUnknown("LinkedIn is out of order.", said=said)
        if not reply.is_success:
            raise refusal_of(call, reply, [self.token])
        return reply

    def _is_at_home(self, url: str) -> bool:
        given, home = urlsplit(url), urlsplit(self.root)
        if (given.scheme, given.netloc) == (home.scheme, home.netloc):
            return True
        return given.scheme == "https" and (given.hostname or "").endswith(_OURS)


def server_of(http: Http, access: Access) -> Server:
    return Server(http, access.server, access.grant.access, access.versions)
