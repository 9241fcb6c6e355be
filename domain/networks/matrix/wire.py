"""Matrix's client-server api: how it is called and what its refusals mean in our words.

429                                        RateLimited
426                                        VersionGone
401, 403 M_USER_DEACTIVATED                GrantExpired
404, 410                                   Missing
other 3xx and 4xx                          Refused
5xx, or no JSON, where something may have been written   OutcomeUnknown, else Unavailable
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import quote

from domain.connector.dialects import answering
from domain.connector.dialects.lifetimes import is_gone
from domain.connector.errors import (
    GrantExpired,
    Missing,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    VersionGone,
)
from domain.connector.heard import NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_slowed, waits_until
from domain.connector.words import Access
from domain.networks.matrix.answers import Event, Failure
from domain.networks.matrix.manifest import MANIFEST

CLIENT, RELATIONS, MEDIA, UPLOAD = map(MANIFEST.at, ("client", "relations", "media", "upload"))
"""Where the apis lie on a server."""
USER = "user"
"""In the grant: our own id over there."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Server:
    """One homeserver, entered with a token."""

    http: Http
    root: str
    token: str | None = None

    async def read(self, path: str, shape: type[T], query: Sequence[tuple[str, str]] = ()) -> T:
        return await self.repeat(Call("GET", path, query=tuple(query)), shape)

    async def repeat(self, call: Call, shape: type[T]) -> T:
        """A call that does no harm when it is made twice; its url is a path."""
        return await answering.repeat(self._answer, call, shape)

    async def act(self, call: Call, shape: type[T]) -> T:
        """A call that must not be made twice without a look; its url is a path."""
        return await answering.act(self._answer, call, shape)

    async def _answer(self, call: Call) -> Reply:
        headers = dict(call.headers)
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        reply = await self.http(replace(call, url=f"{self.root}{call.url}", headers=headers))
        if reply.status >= 500:
            raise OutcomeUnknown("The server is out of order.", said=self._said(reply))
        if not reply.is_success:
            raise self._refusal(reply)
        return reply

    def _refusal(self, reply: Reply) -> NetworkError:
        said, failure = self._said(reply), _failure_of(reply)
        if is_slowed(reply):
            until = waits_until(reply)
            return RateLimited("The server asks us to slow down.", until=until, said=said)
        if is_gone(reply):
            return VersionGone("The server no longer speaks this version of its api.", said=said)
        if reply.status == 401 or failure.errcode == "M_USER_DEACTIVATED":
            return GrantExpired("The server no longer accepts our access token.", said=said)
        if reply.status in (404, 410):
            return Missing("The server does not know what this names.", said=said)
        return Refused("The server refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        failure = _failure_of(reply)
        words = " ".join(each for each in (failure.errcode, failure.error) if each)
        return without_secrets(f"{reply.status} {words or reply.text}"[:2000], [self.token or ""])


def server_of(http: Http, access: Access) -> Server:
    """The account's server, entered with its token."""
    return Server(http, access.server, access.grant.access)


def room_path(room_id: str, *steps: str, version: str = CLIENT) -> str:
    """A path within a room; `$`, `!` and `:` stand in ids and in paths alike."""
    return "/".join((version, "rooms", *(quote(each, safe="$!:") for each in (room_id, *steps))))


async def event_of(server: Server, room_id: str, event_id: str) -> Event:
    """An event as it stands. Raises `Missing` where it is not there, or taken back."""
    event = await server.read(room_path(room_id, "event", event_id), Event)
    if event.is_redacted:
        raise Missing("The message was taken back.")
    return event


def _failure_of(reply: Reply) -> Failure:
    try:
        return heard(reply, Failure)
    except NotUnderstood:
        return Failure()
