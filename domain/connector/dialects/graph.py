"""Meta's Graph APIs, as its networks share them: how they are called and what lists look like.

https://developers.facebook.com/docs/graph-api and …/facebook-login/security (the proof that a
caller holds the app's secret), read 2026-11-28. Tokens go into a header, where no log keeps them.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeVar

from pydantic import JsonValue

from domain.connector.dialects import answering
from domain.connector.dialects.graph_refusals import (
    PERMISSION_MISSING,
    TooMuch,
    refusal,
    refusal_within,
)
from domain.connector.errors import Missing, Refused
from domain.connector.heard import Heard, Id
from domain.connector.http import Call, FilePart, Http, Reply

T = TypeVar("T")
Form = Sequence[tuple[str, str]]


class Made(Heard):
    """What was made, by its id."""

    id: Id


class Done(Heard):
    """That something was done: where it was not, an answer is refused before it is read."""


class Cursors(Heard):
    after: str | None = None


class Paging(Heard):
    """Where a list goes on; without `next` it ends."""

    cursors: Cursors = Cursors()
    next: str | None = None

    @property
    def onward(self) -> str | None:
        return self.cursors.after if self.next else None


class Listed(Heard):
    """A list whose entries are read one by one; an answer without one says nothing of them."""

    data: tuple[JsonValue, ...]
    paging: Paging = Paging()


@dataclass(frozen=True, slots=True)
class Graph:
    """One of the APIs, entered with a token; urls of calls are paths below its version."""

    http: Http
    name: str
    """The network's, for people."""
    root: str
    token: str
    app_secret: str = ""

    async def read(self, path: str, shape: type[T], query: Form = ()) -> T:
        return await self.repeat(Call("GET", path, query=tuple(query)), shape)

    async def repeat(self, call: Call, shape: type[T]) -> T:
        """A call that does no harm when it is made twice."""
        return await answering.repeat(self._answer, call, shape)

    async def act(self, call: Call, shape: type[T]) -> T:
        """A call that must not be made twice."""
        return await answering.act(self._answer, call, shape)

    async def delete(self, path: str) -> None:
        """Raises `Missing` when it is gone already, `Refused` when it is there and stays.

        Meta says the same of both: that it does not exist, or may not be taken away.
        """
        try:
            await answering.delete(self._answer, path)
        except Missing as error:
            await self.read(path, Made, [("fields", "id")])
            message = f"{self.name} does not let this token take it away."
            raise Refused(message, code=PERMISSION_MISSING, said=error.said) from error

    async def _answer(self, call: Call) -> Reply:
        headers = {**call.headers, "authorization": f"Bearer {self.token}"}
        query, url = (*call.query, *self._proof()), f"{self.root}{call.url}"
        reply = await self.http(replace(call, url=url, query=query, headers=headers))
        secrets = [self.token, self.app_secret]
        if not reply.is_success:
            raise refusal(reply, self.name, secrets)
        if (within := refusal_within(reply, self.name, secrets)) is not None:
            raise within
        return reply

    def _proof(self) -> Form:
        if not self.app_secret:
            return ()
        key, token = self.app_secret.encode(), self.token.encode()
        return [("appsecret_proof", hmac.new(key, token, sha256).hexdigest())]


async def first_of(
    graph: Graph, path: str, query: Form, *, most: int, fewer: int
) -> list[JsonValue]:
    """The first entries of a list, `fewer` at once where Meta finds that `most` are too much."""
    try:
        return await _in_pieces(graph, path, query, most=most, size=most)
    except TooMuch:
        return await _in_pieces(graph, path, query, most=most, size=fewer)


async def _in_pieces(
    graph: Graph, path: str, query: Form, *, most: int, size: int
) -> list[JsonValue]:
    found, onward = list[JsonValue](), list[tuple[str, str]]()
    for _ in range(0, most, size):
        listed = await graph.read(path, Listed, [*query, ("limit", str(size)), *onward])
        found += listed.data
        if listed.paging.onward is None:
            break
        onward = [("after", listed.paging.onward)]
    return found


def post(path: str, form: Form, files: tuple[FilePart, ...] = ()) -> Call:
    return Call("POST", path, form=tuple(form), files=files)
