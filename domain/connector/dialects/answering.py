"""Calls of networks that answer in JSON: those that may be made twice, and those that must not.

`answer` makes a call and raises what its refusal means; where the network broke (5xx) that is
`OutcomeUnknown`, which is `Unavailable` for whatever does no harm when it is made again.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from domain.connector.errors import OutcomeUnknown, Unavailable
from domain.connector.heard import NotUnderstood, heard
from domain.connector.http import Call, Reply

T = TypeVar("T")
Answer = Callable[[Call], Awaitable[Reply]]

_NO_SENSE = "The network's answer makes no sense."


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
