"""Matrix's client-server api: how it is called and what its refusals mean in our words.

429                                        RateLimited
426                                        VersionGone
401, 403 M_USER_DEACTIVATED                GrantExpired
404, 410 that say why                      Missing
other 3xx and 4xx                          Refused; ByGateway without a code of Matrix
5xx, 408, or no JSON, where something may have been written   OutcomeUnknown, else Unavailable
"""

from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import quote

from domain.connector.dialects.answering import Api, ByGateway
from domain.connector.errors import GrantExpired, Missing, NetworkError, Refused
from domain.connector.heard import perhaps_heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access
from domain.networks.matrix.answers import Event, Failure
from domain.networks.matrix.manifest import MANIFEST

CLIENT, RELATIONS, MEDIA, UPLOAD = map(MANIFEST.at, ("client", "relations", "media", "upload"))
"""Where the apis lie on a server."""
USER = "user"
"""In the grant: our own id over there."""


@dataclass(frozen=True, slots=True)
class Server(Api):
    """One homeserver, entered with a token; urls of calls are paths."""

    CALLED: ClassVar[str] = "The server"

    root: str
    token: str | None = None

    def _addressed(self, call: Call) -> Call:
        headers = dict(call.headers)
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        return replace(call, url=f"{self.root}{call.url}", headers=headers)

    def _refusal(self, reply: Reply, said: str) -> NetworkError:
        failure = perhaps_heard(reply, Failure)
        if reply.status == 401 or failure.errcode == "M_USER_DEACTIVATED":
            return GrantExpired("The server no longer accepts our access token.", said=said)
        if not failure.errcode:
            return ByGateway("What stands before the server refuses this.", said=said)
        if reply.status in (404, 410):
            return Missing("The server does not know what this names.", said=said)
        return Refused("The server refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        failure = perhaps_heard(reply, Failure)
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
