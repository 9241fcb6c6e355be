"""The sandbox's REST api: how it is called and what its refusals mean in our words.

429                                              RateLimited
426                                              VersionGone
401                                              GrantExpired
404                                              Missing
409 while a medium is being processed            StillWorking
other 3xx and 4xx                                Refused
5xx or no JSON, where something may be written   OutcomeUnknown, else Unavailable
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from domain.connector.dialects.lifetimes import is_gone
from domain.connector.errors import (
    GrantExpired,
    Missing,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    StillWorking,
    Unavailable,
    VersionGone,
)
from domain.connector.heard import NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_slowed, waits_until
from domain.connector.words import Access
from domain.networks.sandbox.answers import Failing, Failure
from domain.networks.sandbox.manifest import MANIFEST

T = TypeVar("T")

REST = "rest"
_SECRET = re.compile(r"\bsb[arx]_[\w-]+")
"""Tokens of access, of refresh and of accounts, whichever of them it repeats."""


@dataclass(frozen=True, slots=True)
class Server:
    """The network, entered with an access token; urls of calls are paths below `path`."""

    http: Http
    root: str
    token: str | None = None
    path: str = MANIFEST.at(REST)
    """Where the api lies, in the version that is spoken."""

    async def repeat(self, call: Call, shape: type[T]) -> T:
        """A call that does no harm when it is made twice."""
        try:
            reply = await self._answer(call)
            return heard(reply, shape)
        except OutcomeUnknown as error:
            raise Unavailable(error.message, said=error.said) from error
        except NotUnderstood as error:
            raise Unavailable("The sandbox's answer makes no sense.", said=str(error)) from error

    async def act(self, call: Call, shape: type[T]) -> T:
        """A call that must not be made twice."""
        reply = await self._answer(call)
        try:
            return heard(reply, shape)
        except NotUnderstood as error:
            raise OutcomeUnknown("The sandbox's answer makes no sense.", said=str(error)) from error

    async def delete(self, path: str) -> None:
        """Raises `Missing` when it is gone already."""
        try:
            await self._answer(Call("DELETE", path))
        except OutcomeUnknown as error:
            raise Unavailable(error.message, said=error.said) from error

    async def _answer(self, call: Call) -> Reply:
        headers = {} if self.token is None else {"authorization": f"Bearer {self.token}"}
        url, headers = f"{self.root}{self.path}{call.url}", {**call.headers, **headers}
        reply = await self.http(replace(call, url=url, headers=headers))
        if reply.status >= 500:
            raise OutcomeUnknown("The sandbox is out of order.", said=self._said(reply))
        if not reply.is_success:
            raise self._refusal(reply)
        return reply

    def _refusal(self, reply: Reply) -> NetworkError:
        said, code = self._said(reply), _failing(reply).code
        if is_slowed(reply):
            until = waits_until(reply)
            return RateLimited("The sandbox asks us to slow down.", until=until, said=said)
        if is_gone(reply):
            return VersionGone("The sandbox no longer speaks this version of its api.", said=said)
        if reply.status == 401:
            return GrantExpired("The sandbox does not accept our token.", said=said)
        if reply.status == 404:
            return Missing("The sandbox does not know what this names.", said=said)
        if code == "media_processing":
            message = "The sandbox is still working on a file."
            return StillWorking(message, said=said)
        return Refused("The sandbox refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        failing = _failing(reply)
        words = f"{failing.code} {failing.message}".strip() or reply.text
        told = f"{reply.status} {words}"[:2000]
        return without_secrets(told, [self.token or "", *_SECRET.findall(told)])


def server_of(http: Http, access: Access) -> Server:
    return server_at(http, access.server, access.versions, access.grant.access)


def server_at(
    http: Http, root: str, versions: Mapping[str, str], token: str | None = None
) -> Server:
    """The network in the version asked for."""
    return Server(http, root, token, MANIFEST.at(REST, versions.get(REST)))


def _failing(reply: Reply) -> Failing:
    try:
        return heard(reply, Failure).error
    except NotUnderstood:
        return Failing()
