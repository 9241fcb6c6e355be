"""Telegram's Bot API: how it is called and what its refusals mean in our words.

429                                              RateLimited
426                                              VersionGone
401; 403; 404, as for a token nobody has         GrantExpired
409, when others read the bot's updates          Unavailable
400 that finds no message                        Missing
other 3xx and 4xx                                Refused
5xx, or no JSON, where something may have gone   OutcomeUnknown, else Unavailable

The token stands in the path, as Telegram wants it; logs and traces leave it out.
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
    Unavailable,
    VersionGone,
)
from domain.connector.heard import NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_slowed, waits_until
from domain.connector.words import Access
from domain.networks.telegram.answers import Failure

T = TypeVar("T")

# Client.cpp of https://github.com/tdlib/telegram-bot-api, read 2026-11-26.
_NOT_THERE = ("message to be replied not found", "message to delete not found", "to edit not found")


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot; urls of calls are names of methods."""

    http: Http
    root: str
    token: str

    async def read(self, method: str, shape: type[T], query: Sequence[tuple[str, str]] = ()) -> T:
        return await self.repeat(Call("GET", method, query=tuple(query)), shape)

    async def repeat(self, call: Call, shape: type[T]) -> T:
        """A call that does no harm when it is made twice."""
        return await answering.repeat(self._answer, call, shape)

    async def act(self, call: Call, shape: type[T]) -> T:
        """A call that must not be made twice."""
        return await answering.act(self._answer, call, shape)

    async def _answer(self, call: Call) -> Reply:
        reply = await self.http(replace(call, url=f"{self.root}/bot{self.token}/{call.url}"))
        if reply.status >= 500:
            raise OutcomeUnknown("Telegram is out of order.", said=self._said(reply))
        if not reply.is_success:
            raise self._refusal(reply)
        return reply

    def _refusal(self, reply: Reply) -> NetworkError:
        said = self._said(reply)
        if is_slowed(reply):
            return RateLimited(
                "Telegram asks us to slow down.", until=waits_until(reply), said=said
            )
        if is_gone(reply):
            return VersionGone("Telegram no longer speaks this version of its api.", said=said)
        if reply.status in (401, 403, 404):
            return GrantExpired("Telegram does not let the bot in any more.", said=said)
        if reply.status == 409:
            return Unavailable("Somebody else reads the bot's updates.", said=said)
        if any(each in said for each in _NOT_THERE):
            return Missing("Telegram does not know the message.", said=said)
        return Refused("Telegram refuses this.", said=said)

    def _said(self, reply: Reply) -> str:
        words = _failure(reply).description or reply.text
        return without_secrets(f"{reply.status} {words}"[:2000], [self.token])


def bot_of(http: Http, access: Access) -> Bot:
    return Bot(http, access.server, access.grant.access)


def _failure(reply: Reply) -> Failure:
    try:
        return heard(reply, Failure)
    except NotUnderstood:
        return Failure()
