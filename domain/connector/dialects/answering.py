"""Calls of networks that answer in JSON: those that may be made twice, and those that must not.

`answer` makes a call and raises what its refusal means; where something broke (5xx, 408) that is
`OutcomeUnknown`, which is `Unavailable` for whatever does no harm when it is made again.

Most networks are an `Api`: they say how calls are addressed, and what their own refusals mean.
"""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from domain.connector.dialects.lifetimes import is_gone
from domain.connector.errors import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
    VersionGone,
)
from domain.connector.heard import NotUnderstood, heard
from domain.connector.http import Call, Http, Reply
from domain.connector.rates import is_slowed, waits_until

T = TypeVar("T")
Answer = Callable[[Call], Awaitable[Reply]]

_NO_SENSE = "The network's answer makes no sense."


class ByGateway(Refused):
    """What stands before a network refuses, or points elsewhere: it knows nothing of our access."""

    code = Refused.code


async def repeat(answer: Answer, call: Call, shape: type[T]) -> T:
    """What a call gives that does no harm when it is made twice."""
    try:
        return heard(await ask(answer, call), shape)
    except NotUnderstood as error:
        raise Unavailable(_NO_SENSE, said=str(error)) from error


async def act(answer: Answer, call: Call, shape: type[T]) -> T:
    """What a call gives that must not be made twice."""
    reply = await answer(call)
    try:
        return heard(reply, shape)
    except NotUnderstood as error:
        raise OutcomeUnknown(_NO_SENSE, said=str(error)) from error


async def delete(answer: Answer, path: str) -> None:
    """Takes something away; nothing is read of the answer, which may be empty."""
    await ask(answer, Call("DELETE", path))


async def ask(answer: Answer, call: Call) -> Reply:
    """As `repeat`, for the reply itself: its headers, or a body that may be empty."""
    try:
        return await answer(call)
    except OutcomeUnknown as error:
        raise Unavailable(error.message, said=error.said) from error


@dataclass(frozen=True, slots=True)
class Api(ABC):
    """A server that answers in JSON; urls of calls are as `_addressed` completes them."""

    CALLED: ClassVar[str]
    """What sentences call it, such as `The server`."""

    http: Http

    async def read(self, path: str, shape: type[T], query: Sequence[tuple[str, str]] = ()) -> T:
        return await self.repeat(Call("GET", path, query=tuple(query)), shape)

    async def repeat(self, call: Call, shape: type[T]) -> T:
        """A call that does no harm when it is made twice."""
        return await repeat(self._answer, call, shape)

    async def act(self, call: Call, shape: type[T]) -> T:
        """A call that must not be made twice."""
        return await act(self._answer, call, shape)

    async def delete(self, path: str) -> None:
        """Raises `Missing` when it is gone already; the answer is empty."""
        await delete(self._answer, path)

    @abstractmethod
    def _addressed(self, call: Call) -> Call:
        """The call with its whole url, and with who makes it."""

    @abstractmethod
    def _said(self, reply: Reply) -> str:
        """What an answer says, without secrets."""

    @abstractmethod
    def _refusal(self, reply: Reply, said: str) -> NetworkError:
        """What an answer means that is neither 429 nor 426."""

    async def _answer(self, call: Call) -> Reply:
        return self._success(await self.http(self._addressed(call)))

    def _success(self, reply: Reply) -> Reply:
        if self._is_broken(reply):
            raise OutcomeUnknown(f"{self.CALLED} is out of order.", said=self._said(reply))
        if reply.is_success:
            return reply
        if is_slowed(reply):
            raise self._slower(reply)
        if is_gone(reply):
            message = f"{self.CALLED} no longer speaks this version of its api."
            raise VersionGone(message, said=self._said(reply))
        raise self._refusal(reply, self._said(reply))

    def _is_broken(self, reply: Reply) -> bool:
        return reply.is_broken

    def _slower(self, reply: Reply) -> RateLimited:
        message = f"{self.CALLED} asks us to slow down."
        return RateLimited(message, until=waits_until(reply), said=self._said(reply))
