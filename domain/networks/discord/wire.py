"""Discord's HTTP API: how it is called and what its refusals mean in our words.

429                                              RateLimited
426, 400 with code 50041                         VersionGone
401; 403 without access to the channel (50001)   GrantExpired
404; 400 that finds no message to answer         Missing
other 3xx and 4xx                                Refused
5xx, or no JSON, where something may have gone   OutcomeUnknown, else Unavailable
"""

import json
from collections.abc import Mapping, Sequence
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
    VersionGone,
)
from domain.connector.heard import NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_slowed, waits_until
from domain.connector.words import Access
from domain.networks.discord.answers import Failure
from domain.networks.discord.manifest import MANIFEST

T = TypeVar("T")

REST = "rest"

# Discord may turn away who does not name itself so, with an address and a version:
# https://docs.discord.com/developers/reference#user-agent, read 2026-11-26.
_USER_AGENT = "DiscordBot (https://parvis.example, 0.1)"
_NO_ACCESS = 50001
_NOTHING_TO_ANSWER = "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot; `root` is that of the version, and urls of calls are paths below it."""

    http: Http
    root: str
    token: str

    async def read(self, path: str, shape: type[T], query: Sequence[tuple[str, str]] = ()) -> T:
        return await self.repeat(Call("GET", path, query=tuple(query)), shape)

    async def repeat(self, call: Call, shape: type[T]) -> T:
        """A call that does no harm when it is made twice."""
        return await answering.repeat(self._answer, call, shape)

    async def act(self, call: Call, shape: type[T]) -> T:
        """A call that must not be made twice."""
        return await answering.act(self._answer, call, shape)

    async def delete(self, path: str) -> None:
        """Raises `Missing` when it is gone already; the answer is empty."""
        await answering.delete(self._answer, path)

    async def _answer(self, call: Call) -> Reply:
        own = {"authorization": f"Bot {self.token}", "user-agent": _USER_AGENT}
        url, headers = f"{self.root}{call.url}", {**call.headers, **own}
        reply = await self.http(replace(call, url=url, headers=headers))
        if reply.status >= 500:
            raise OutcomeUnknown("Discord is out of order.", said=self._said(reply))
        if not reply.is_success:
            raise self._refusal(reply)
        return reply

    def _refusal(self, reply: Reply) -> NetworkError:
        said, code = self._said(reply), _failure(reply).code
        if is_slowed(reply):
            return RateLimited("Discord asks us to slow down.", until=waits_until(reply), said=said)
        if is_gone(reply):
            return VersionGone("Discord no longer speaks this version of its api.", said=said)
        if reply.status == 401 or code == _NO_ACCESS:
            return GrantExpired("Discord does not let the bot in any more.", said=said)
        if reply.status == 404 or _NOTHING_TO_ANSWER in reply.text:
            return Missing("Discord does not know what this names.", said=said)
        return Refused("Discord refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        failure = _failure(reply)
        errors = "" if failure.errors is None else json.dumps(failure.errors)
        told = f"{failure.code} {failure.message} {errors}" if failure.message else reply.text
        return without_secrets(f"{reply.status} {told}".strip()[:2000], [self.token])


def bot_of(http: Http, access: Access) -> Bot:
    return bot_at(http, access.server, access.versions, access.grant.access)


def bot_at(http: Http, server: str, versions: Mapping[str, str], token: str) -> Bot:
    return Bot(http, f"{server}{MANIFEST.at(REST, versions.get(REST))}", token)


def _failure(reply: Reply) -> Failure:
    try:
        return heard(reply, Failure)
    except NotUnderstood:
        return Failure()
