"""Mastodon's REST api: how it is called and what its refusals mean in our words.

429                                        RateLimited
426                                        VersionGone
401, or 400, 403, 422 that speak of the token   GrantExpired
404, 410                                   Missing
422 while a file is still being worked on  StillWorking
other 3xx and 4xx                          Refused; ByGateway where they say no error
5xx, 408, or no JSON, where something may have been written   OutcomeUnknown, else Unavailable
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from domain.connector.dialects.answering import Api, ByGateway
from domain.connector.errors import GrantExpired, Missing, NetworkError, Refused, StillWorking
from domain.connector.heard import perhaps_heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.words import Access
from domain.networks.mastodon.answers import Failure
from domain.networks.mastodon.manifest import MANIFEST

REST, INSTANCE, MEDIA, SEARCH = map(MANIFEST.at, ("rest", "instance", "media", "search"))
"""Where the apis lie on a server."""

# What servers say of a token they do not accept, whatever the status: Mastodon, GoToSocial,
# Pleroma and mastodon_mock, read 2026-11-22.
_TOKEN_WORDS = (
    "authenticated user",
    "access token",
    "invalid_token",
    "token not recognized",
    "invalid credentials",
    "login is currently disabled",
)
_STILL_PROCESSING = "not finished processing"


@dataclass(frozen=True, slots=True)
class Server(Api):
    """One server, entered with a token; urls of calls are paths."""

    CALLED: ClassVar[str] = "The server"

    root: str
    token: str | None = None

    def _addressed(self, call: Call) -> Call:
        # Pixelfed sends whom it does not let in to its page of signing in, where JSON is not asked.
        headers = {"accept": "application/json", **call.headers}
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        return replace(call, url=f"{self.root}{call.url}", headers=headers)

    def _refusal(self, reply: Reply, said: str) -> NetworkError:
        words = said.lower()
        if reply.status == 401 or any(each in words for each in _TOKEN_WORDS):
            return GrantExpired("The server no longer accepts our access token.", said=said)
        if reply.status in (404, 410):
            return Missing("The server does not know what this names.", said=said)
        if _STILL_PROCESSING in words:
            return StillWorking("The server is still working on a file.", said=said)
        kind = Refused if perhaps_heard(reply, Failure).error else ByGateway
        return kind("The server refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        failure = perhaps_heard(reply, Failure)
        words = " ".join(each for each in (failure.error, failure.error_description) if each)
        return without_secrets(f"{reply.status} {words or reply.text}"[:2000], [self.token or ""])


def server_of(http: Http, access: Access) -> Server:
    """The account's server, entered with its token."""
    return Server(http, access.server, access.grant.access)
