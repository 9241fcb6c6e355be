"""Mastodon's REST api: how it is called and what its refusals mean in our words.

429                                        RateLimited
426                                        VersionGone
401, or 400, 403, 422 that speak of the token   GrantExpired
404, 410                                   Missing
422 while a file is still being worked on  StillWorking
other 3xx and 4xx                          Refused
5xx, or no JSON, where something may have been written   OutcomeUnknown, else Unavailable
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from domain.connector.dialects import answering
from domain.connector.dialects.lifetimes import is_gone
from domain.connector.errors import (
    GrantExpired,
    Missing,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    StillWorking,
    VersionGone,
)
from domain.connector.heard import NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_slowed, waits_until
from domain.connector.words import Access
from domain.networks.mastodon.answers import Failure
from domain.networks.mastodon.manifest import MANIFEST

T = TypeVar("T")

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
class Server:
    """One server, entered with a token."""

    http: Http
    root: str
    token: str | None = None

    async def read(self, path: str, shape: type[T], query: Sequence[tuple[str, str]] = ()) -> T:
        return await self.repeat(Call("GET", path, query=tuple(query)), shape)

    async def repeat(self, call: Call, shape: type[T]) -> T:
        """A call that does no harm when it is made twice; its url is a path."""
        return await answering.repeat(self._answer, call, shape)

    async def act(self, call: Call, shape: type[T]) -> T:
        """A call that must not be made twice; its url is a path."""
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
        said = self._said(reply)
        words = said.lower()
        if is_slowed(reply):
            until = waits_until(reply)
            return RateLimited("The server asks us to slow down.", until=until, said=said)
        if is_gone(reply):
            return VersionGone("The server no longer speaks this version of its api.", said=said)
        if reply.status == 401 or any(each in words for each in _TOKEN_WORDS):
            return GrantExpired("The server no longer accepts our access token.", said=said)
        if reply.status in (404, 410):
            return Missing("The server does not know what this names.", said=said)
        if _STILL_PROCESSING in words:
            return StillWorking("The server is still working on a file.", said=said)
        return Refused("The server refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        try:
            failure = heard(reply, Failure)
        except NotUnderstood:
            failure = Failure()
        words = " ".join(each for each in (failure.error, failure.error_description) if each)
        return without_secrets(f"{reply.status} {words or reply.text}"[:2000], [self.token or ""])


def server_of(http: Http, access: Access) -> Server:
    """The account's server, entered with its token."""
    return Server(http, access.server, access.grant.access)
