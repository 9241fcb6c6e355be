"""Requests whose JSON names each key once."""

from typing import Any

from fastapi import Request

from domain.kernel.errors import BodyMalformed
from domain.kernel.keys import KeyRepeated, read_once, told


class Once(Request):
    """A request whose JSON body is refused where an object names a key twice."""

    async def json(self) -> Any:  # noqa: ANN401 - any JSON, as starlette has it
        if not hasattr(self, "_json"):
            try:
                self._json = read_once(await self.body())
            except KeyRepeated as error:
                raise BodyMalformed(told(error)) from None
        return self._json


def once(request: Request) -> Once:
    """The request so. One whose body is read already must be one: it can be read no second time."""
    return request if isinstance(request, Once) else Once(request.scope, request.receive)
