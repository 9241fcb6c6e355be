"""What `node(id:)` finds: kinds of things by the prefix of their id."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any
from uuid import UUID

import strawberry
from sqlmodel.ext.asyncio.session import AsyncSession

from api.graph.context import Context
from api.graph.fields import argument, asking
from api.graph.ids import standing_at
from domain.kernel.caller import Caller
from domain.kernel.errors import IdMalformed, IdWrongKind, Misfit
from domain.kernel.ids import HEX_DIGITS, PREFIXES, read
from domain.kernel.pages import MAX_LIMIT

ByIds = Callable[[AsyncSession, Caller, Sequence[UUID]], Awaitable[Mapping[UUID, Any]]]
Finds = Callable[..., Awaitable[Mapping[UUID, Any]]]
"""As `ByIds`, or with the moment as its keyword `now`."""


@strawberry.interface(description="A thing with an id that `node(id:)` finds again.")
class Node:
    id: strawberry.ID = strawberry.field(
        description="Its id, with the prefix of its kind, the same as in REST."
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of node: its prefix and the batch that reads it by id."""

    prefix: str
    find: Finds
    needs_now: bool

    async def found(
        self, session: AsyncSession, context: Context, ids: Sequence[UUID]
    ) -> Mapping[UUID, Any]:
        more = {"now": context.now} if self.needs_now else {}
        return await self.find(session, context.caller, ids, **more)


KINDS: dict[str, Kind] = {}


def register(prefix: str, find: Finds) -> None:
    KINDS[prefix] = Kind(prefix, find, "now" in signature(find).parameters)


def split(text: str) -> tuple[Kind, UUID]:
    """The kind and the uuid of an id. Raises `IdMalformed`, `IdWrongKind`."""
    prefix = text.partition("_")[0]
    kind = KINDS.get(prefix)
    if kind is not None:
        return kind, read(prefix, text)
    if prefix in PREFIXES:
        raise IdWrongKind(expected="node", found=PREFIXES[prefix])
    raise IdMalformed(expected=f"a prefix such as com_ and {HEX_DIGITS} hexadecimal digits")


async def find_node(_: object, context: Context, arguments: dict[str, Any]) -> object:
    with standing_at("id"):
        kind, id_ = split(arguments["id"])
    async with context.turn() as session:
        return (await kind.found(session, context, [id_])).get(id_)


async def find_nodes(_: object, context: Context, arguments: dict[str, Any]) -> list[object]:
    """In the order asked for; one statement per kind."""
    if len(arguments["ids"]) > MAX_LIMIT:
        raise Misfit(f"At most {MAX_LIMIT} ids at once.", at="/ids")
    asked = []
    for place, text in enumerate(arguments["ids"]):
        with standing_at(f"ids/{place}"):
            asked.append(split(text))
    found: dict[tuple[str, UUID], object] = {}
    for prefix in dict.fromkeys(kind.prefix for kind, _ in asked):
        ids = list(dict.fromkeys(id_ for kind, id_ in asked if kind.prefix == prefix))
        async with context.turn() as session:
            rows = await KINDS[prefix].found(session, context, ids)
        found |= {(prefix, id_): row for id_, row in rows.items()}
    return [found.get((kind.prefix, id_)) for kind, id_ in asked]


FIELDS = (
    asking(
        "node",
        Node | None,
        "The thing with this id; null when there is none in this workspace. "
        "Needs the read scope of its kind.",
        find_node,
        [argument("id", strawberry.ID, "An id with its prefix, such as `com_…`.")],
    ),
    asking(
        "nodes",
        list[Node | None],
        "The things with these ids, at most 100, in the order asked for.",
        find_nodes,
        [argument("ids", list[strawberry.ID], "Ids with their prefixes, of any kinds.")],
    ),
)
