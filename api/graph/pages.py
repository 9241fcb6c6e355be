"""Relay connections on our own keyset cursors: every edge can be gone on from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import strawberry
from strawberry.types.arguments import StrawberryArgument

from api.graph.fields import argument
from domain.kernel.errors import Misfit
from domain.kernel.pages import MAX_LIMIT, Key, PageRequest, make_cursor


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follows.")
    has_previous_page: bool = strawberry.field(
        description="Whether this page was asked for with `after`."
    )
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last edge: send it as `after`."
    )


@dataclass(frozen=True, slots=True)
class Order:
    """The sort a list's cursor names, and what of an item it holds: attributes, or found keys."""

    sort: str
    keys: tuple[str | Callable[[Any], Key], ...]

    def cursor_of(self, item: object) -> str:
        found = (getattr(item, k) if isinstance(k, str) else k(item) for k in self.keys)
        return make_cursor(self.sort, *found)


@dataclass(frozen=True, slots=True)
class Edge:
    """Source of an edge type."""

    node: object
    order: Order

    @property
    def cursor(self) -> str:
        return self.order.cursor_of(self.node)


@dataclass(frozen=True, slots=True)
class Listed:
    """Source of a connection type: the items of one page, in order.

    `end` is the cursor to go on from, where there is more or a log is followed.
    """

    nodes: Sequence[object]
    order: Order
    has_next_page: bool
    after: str | None = None
    end: str | None = None

    @property
    def edges(self) -> list[Edge]:
        return [Edge(each, self.order) for each in self.nodes]

    @property
    def page_info(self) -> "Listed":
        return self

    @property
    def has_previous_page(self) -> bool:
        return self.after is not None

    @property
    def start_cursor(self) -> str | None:
        return self.order.cursor_of(self.nodes[0]) if self.nodes else None

    @property
    def end_cursor(self) -> str | None:
        return self.end or (self.order.cursor_of(self.nodes[-1]) if self.nodes else None)


_connections: dict[type, type] = {}


def connection(node: type) -> type:
    """The connection type of a node type, made once."""
    if node not in _connections:
        name = node.__name__
        edge = _made(
            f"{name}Edge",
            f"One {name} in a list.",
            {"node": (node, "The thing itself."), "cursor": (str, "Its place in the list.")},
        )
        _connections[node] = _made(
            f"{name}Connection",
            f"A page of a list of {name} things.",
            {
                "nodes": (list[node], "The things of this page, in order."),  # type: ignore[valid-type]  # made at run time
                "edges": (list[edge], "The same with their cursors."),  # type: ignore[valid-type]  # made at run time
                "page_info": (PageInfo, "Where this page lies."),
            },
        )
    return _connections[node]


def _made(name: str, description: str, fields: dict[str, tuple[object, str]]) -> type:
    shell = type(
        name,
        (),
        {
            "__annotations__": {field: kind for field, (kind, _) in fields.items()},
            **{field: strawberry.field(description=text) for field, (_, text) in fields.items()},
        },
    )
    decorate = cast("Callable[[Any], type]", strawberry.type(name=name, description=description))
    return decorate(shell)


def paging(size: int) -> list[StrawberryArgument]:
    """The arguments of every list; `size` is how many come when nothing is said."""
    return [
        argument("first", int, f"How many, 1 to {MAX_LIMIT}.", size),
        argument("after", str | None, "`endCursor` of the page before."),
    ]


def page_request(first: int, after: str | None) -> PageRequest:
    """Raises `Misfit` for a size out of bounds, with the same words as REST."""
    if not 1 <= first <= MAX_LIMIT:
        raise Misfit(f"`first` is 1 to {MAX_LIMIT}.", at="/first")
    return PageRequest(first, after)
