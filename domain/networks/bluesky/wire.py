"""XRPC: how Bluesky's methods are called; what it refuses is put into our words in `refusals`.

5xx, 408, or no JSON, where something may have been written   OutcomeUnknown, else Unavailable
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from pydantic import JsonValue

from domain.connector.dialects.lifetimes import is_gone
from domain.connector.errors import NetworkError, OutcomeUnknown, Unavailable
from domain.connector.heard import NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access
from domain.networks.bluesky.dpop import ProvingHttp
from domain.networks.bluesky.manifest import MANIFEST
from domain.networks.bluesky.refusals import failure_of, refusal
from domain.networks.bluesky.video_answers import Job

T = TypeVar("T")
XRPC = MANIFEST.at("xrpc")
"""Where methods lie on a server."""
Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pds:
    """A personal data server; it passes on to the AppView what it does not answer itself."""

    http: Http
    server: str
    token: str | None = None
    secrets: tuple[str, ...] = ()
    """What else must not be told, should the server repeat it."""

    async def query(
        self, method: str, parameters: Parameters, shape: type[T], after: timedelta = timedelta(0)
    ) -> T:
        url, query = self._url(method), tuple(parameters)
        return await self._harmless(Call("GET", url, self._headers(), query, after=after), shape)

    async def repeat(self, method: str, body: JsonValue, shape: type[T]) -> T:
        """A procedure that does no harm when it is done twice."""
        call = Call("POST", self._url(method), headers=self._headers(), json=body)
        return await self._harmless(call, shape)

    async def upload(self, content: bytes, content_type: str, shape: type[T]) -> T:
        url, headers = self._url("com.atproto.repo.uploadBlob"), self._headers(content_type)
        return await self._harmless(Call("POST", url, headers, content=content), shape)

    async def upload_video(self, did: str, name: str, content: bytes) -> Job:
        """What the video service says of a video; of one that it has, the same again (409)."""
        url, query = self._url("app.bsky.video.uploadVideo"), (("did", did), ("name", name))
        call = Call("POST", url, self._headers("video/mp4"), query, content=content)
        return await self._harmless(call, Job, (409,))

    async def act(self, method: str, body: JsonValue, shape: type[T]) -> T:
        """A procedure that must not be done twice."""
        reply = await self.http(Call("POST", self._url(method), headers=self._headers(), json=body))
        if reply.is_broken and not is_gone(reply):
            raise OutcomeUnknown("Bluesky failed while it wrote.", said=self._said(reply))
        if not reply.is_success:
            raise self._refusal(reply)
        try:
            return heard(reply, shape)
        except NotUnderstood as error:
            raise OutcomeUnknown("Bluesky's answer makes no sense.", said=str(error)) from error

    async def _harmless(self, call: Call, shape: type[T], told_by: Container[int] = ()) -> T:
        try:
            reply = await self.http(call)
        except OutcomeUnknown as error:
            raise Unavailable(error.message, said=error.said) from error
        if reply.is_broken and not is_gone(reply):
            raise Unavailable("Bluesky is out of order.", said=self._said(reply))
        if not reply.is_success and reply.status not in told_by:
            raise self._refusal(reply)
        try:
            return heard(reply, shape)
        except NotUnderstood as error:
            raise Unavailable("Bluesky's answer makes no sense.", said=str(error)) from error

    def _refusal(self, reply: Reply) -> NetworkError:
        return refusal(reply, failure_of(reply), self._said(reply))

    def _said(self, reply: Reply) -> str:
        failure = failure_of(reply)
        words = f"{failure.error}: {failure.message}" if failure.error else reply.text
        return without_secrets(f"{reply.status} {words}"[:2000], (*self.secrets, self.token or ""))

    def _url(self, method: str) -> str:
        return f"{self.server}{XRPC}/{method}"

    def _headers(self, content_type: str = "") -> dict[str, str]:
        headers = {"content-type": content_type} if content_type else {}
        return headers | ({"authorization": f"Bearer {self.token}"} if self.token else {})


def pds_of(http: Http, access: Access) -> Pds:
    """The account's own server, entered with its access token."""
    grant, key = access.grant, access.grant.extra.get("dpop_key")
    if key is None:
        return Pds(http, access.server, grant.access, (grant.refresh or "",))
    proving = ProvingHttp(http, key, grant.access)
    return Pds(proving, access.server, None, (grant.access, grant.refresh or ""))
