"""Relations as data, and the loaders that derive from them: one statement per relation.

    Many   things_by_owner   a page of things for each owner     post → its deliveries
    One    thing_by_id       the thing a key of the owner names  post → its calendar
    Some   things_by_ids     the things a list of keys names     post → its media

A relation says who owns, what is found, by which key, in which order and how many. What reads it
is a function of the target's own floor, with that floor's scopes; relations that share it share
what it found.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from api.graph.context import Context
from api.graph.derive import fields_of, node_of
from api.graph.fields import asking
from api.graph.node import ByIds
from api.graph.pages import Listed, Order, connection, page_request, paging
from domain.kernel.caller import Caller
from domain.kernel.errors import CursorInvalid
from domain.kernel.pages import PageRequest
from domain.kernel.shapes import Page, PageMark, View


class FirstOfEach(Protocol):
    """The first `limit` things of each owner, in order, in one statement."""

    def __call__(
        self, session: AsyncSession, caller: Caller, ids: Sequence[UUID], /, *, limit: int
    ) -> Awaitable[Mapping[UUID, Sequence[Any]]]: ...


GoOn = Callable[[AsyncSession, Caller, UUID, PageRequest], Awaitable[Page[Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """`first` reads the first page of many owners, `more` a later page of one."""

    owner: type[View]
    target: type[View]
    order: Order
    page_size: int
    first: FirstOfEach
    more: GoOn
    key: str = "id"


Whole = Callable[[AsyncSession, Caller, Sequence[UUID]], Awaitable[Mapping[UUID, Sequence[Any]]]]


def few(owner: type[View], target: type[View], order: Order, read: Whole) -> Many:
    """Of owners that have few of them: every page is cut from all that one has."""
    return Many(
        owner=owner,
        target=target,
        order=order,
        page_size=10,
        first=whole(read),
        more=_rest_of(read, order),
    )


def whole(read: Whole) -> FirstOfEach:
    """For owners that have few: all of each are read, the page is cut from them."""

    async def first(
        session: AsyncSession, caller: Caller, ids: Sequence[UUID], /, *, limit: int
    ) -> Mapping[UUID, Sequence[Any]]:
        found = await read(session, caller, ids)
        return {id_: each[:limit] for id_, each in found.items()}

    return first


def _rest_of(read: Whole, order: Order) -> GoOn:
    """The pages after the first. Raises `CursorInvalid`."""

    async def more(
        session: AsyncSession, caller: Caller, owner: UUID, request: PageRequest
    ) -> Page[Any]:
        found = (await read(session, caller, [owner])).get(owner, ())
        places = [order.cursor_of(each) for each in found]
        if request.cursor not in places:
            raise CursorInvalid(at="/query/cursor")
        after = found[places.index(request.cursor) + 1 :]
        mark = PageMark(next_cursor=None, has_more=len(after) > request.limit)
        return Page(data=list(after[: request.limit]), page=mark)

    return more


@dataclass(frozen=True, slots=True)
class One:
    owner: type[View]
    target: type[View]
    key: str
    find: ByIds


@dataclass(frozen=True, slots=True)
class Some:
    owner: type[View]
    target: type[View]
    key: str
    find: ByIds


Relation = Many | One | Some
QUIET_TURNS = 6
_edges: list[tuple[Relation, str, str]] = []

Batch = Callable[[AsyncSession, Caller, list[UUID]], Awaitable[Mapping[UUID, Any]]]


@dataclass(slots=True)
class Batched:
    """Gathers the keys of one level and reads them at once; remembers what it found."""

    context: Context
    read: Batch
    known: dict[Hashable, "asyncio.Future[Any]"] = field(default_factory=dict)
    waiting: list[UUID] = field(default_factory=list)

    def load(self, key: Hashable) -> "asyncio.Future[Any]":
        found = self.known.get(key)
        if found is None:
            loop = asyncio.get_running_loop()
            found = self.known[key] = loop.create_future()
            if not self.waiting:
                loop.call_soon(self._start, 0, 0)
            self.waiting.append(key)  # type: ignore[arg-type]  # keys here are ids
        return found

    def _start(self, seen: int, quiet: int) -> None:
        """Once no key has come for some turns: owners reach the same level at their own pace."""
        quiet = quiet + 1 if len(self.waiting) == seen else 0
        if quiet < QUIET_TURNS:
            asyncio.get_running_loop().call_soon(self._start, len(self.waiting), quiet)
            return
        keys, self.waiting = self.waiting, []
        self.context.tasks.add(asyncio.create_task(self._answer(keys)))

    async def _answer(self, keys: list[UUID]) -> None:
        futures = [self.known[key] for key in keys]
        try:
            async with self.context.turn() as session:
                found = await self.read(session, self.context.caller, keys)
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            for future in futures:
                if not future.done():
                    future.set_exception(error)
            return
        for key, future in zip(keys, futures, strict=True):
            if not future.done():
                future.set_result(found.get(key))


def edge(relation: Relation, name: str, description: str) -> None:
    """Adds a field to the relation's owner, when the schema is built from all resources."""
    _edges.append((relation, name, description))


def join_edges() -> None:
    """Puts every edge on its node; called once, after every node is known."""
    while _edges:
        _join(*_edges.pop(0))


def _join(relation: Relation, name: str, description: str) -> None:
    match relation:
        case Many():
            added = _many(relation, name, description)
        case One():
            target = node_of(relation.target) | None
            added = asking(name, target, description, lambda *asked: load_one(relation, *asked))
        case Some():
            items = list[node_of(relation.target)]  # type: ignore[valid-type,misc]  # made at run time
            added = asking(name, items, description, lambda *asked: load_some(relation, *asked))
    added.metadata = {"relation": relation}
    fields_of(node_of(relation.owner)).append(added)


def _many(relation: Many, name: str, description: str) -> Any:  # noqa: ANN401 - a field
    return asking(
        name,
        connection(node_of(relation.target)) | None,
        description,
        lambda *asked: load_many(relation, *asked),
        paging(relation.page_size),
    )


async def load_many(
    relation: Many, source: object, context: Context, arguments: dict[str, Any]
) -> Listed:
    request = page_request(arguments["first"], arguments.get("after") or None)
    owner = getattr(source, relation.key)
    if request.cursor is not None:
        async with context.turn() as session:
            page = await relation.more(session, context.caller, owner, request)
        return Listed(page.data, relation.order, page.page.has_more, request.cursor)
    loader = _loader(context, (relation.first, request.limit), _first(relation, request.limit))
    return listed(relation, await loader.load(owner) or (), request.limit)


def listed(relation: Many, found: Sequence[Any], limit: int) -> Listed:
    """The page in what was read one longer than the limit."""
    return Listed(found[:limit], relation.order, len(found) > limit)


async def load_one(
    relation: One, source: object, context: Context, _: dict[str, Any]
) -> object | None:
    key = getattr(source, relation.key)
    if key is None:
        return None
    found: object = await _loader(context, relation.find, relation.find).load(key)
    return found


async def load_some(
    relation: Some, source: object, context: Context, _: dict[str, Any]
) -> list[object]:
    loader = _loader(context, relation.find, relation.find)
    waiting = [loader.load(key) for key in getattr(source, relation.key) or ()]
    return [found for found in await asyncio.gather(*waiting) if found is not None]


def _first(relation: Many, limit: int) -> Batch:
    async def read(session: AsyncSession, caller: Caller, ids: list[UUID]) -> Mapping[UUID, Any]:
        return await relation.first(session, caller, ids, limit=limit + 1)

    return read


def _loader(context: Context, key: Hashable, read: Batch) -> Batched:
    found = context.loaders.get(key)
    if not isinstance(found, Batched):
        found = context.loaders[key] = Batched(context, read)
    return found
