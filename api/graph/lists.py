"""Root fields of reads, from the domain's own read functions.

`list_things(session, caller, request, *, sort=…, community_ids=(), …)` becomes
`things(first:, after:, sort:, communityIds:)`; `get_thing(session, caller, id)` becomes
`thing(id:)`. What REST filters by, the graph filters by.
"""

from collections.abc import Awaitable, Callable, Mapping
from inspect import signature
from typing import Any

import strawberry

from api.graph.arguments import Arguments
from api.graph.context import Context
from api.graph.fields import Asking, argument, asking
from api.graph.ids import read_id
from api.graph.inputs import input_of, to_command
from api.graph.pages import Listed, Order, connection, page_request, paging
from domain.kernel.shapes import Command, Page

SORT = "The order; DOWN turns it round."
Lists = Callable[..., Awaitable[Page[Any]]]
Gets = Callable[..., Awaitable[object]]


def listing(
    name: str,
    node: type,
    function: Lists,
    description: str,
    *,
    filters: Mapping[str, str],
    order: Order | None = None,
) -> Asking:
    """A list as a connection. `filters` describes each keyword of the function but `sort`.

    `order` is the one the list always has; without it `sort` names the first key, then the id.
    """
    arguments = Arguments(function, {"sort": SORT, **filters})
    needs_now = "now" in signature(function).parameters

    async def ask(_: object, context: Context, given: dict[str, Any]) -> Listed:
        request = page_request(given["first"], given.get("after") or None)
        bound = arguments.bound(given) | ({"now": context.now} if needs_now else {})
        async with context.turn() as session:
            page = await function(session, context.caller, request, **bound)
        found = order or _sorted_by(given.get("sort") or arguments.default_of("sort"))
        return Listed(page.data, found, page.page.has_more, request.cursor, page.page.next_cursor)

    listed = [*paging(50), *arguments.listed]
    return asking(name, connection(node) | None, description, ask, listed)


def single(name: str, node: type, function: Gets, description: str, *, prefix: str) -> Asking:
    """One thing by its id."""
    needs_now = "now" in signature(function).parameters

    async def ask(_: object, context: Context, given: dict[str, Any]) -> object:
        id_ = read_id(prefix, "id", given["id"])
        async with context.turn() as session:
            more = {"now": context.now} if needs_now else {}
            return await function(session, context.caller, id_, **more)

    about = argument("id", strawberry.ID, f"Its id, `{prefix}_…`.")
    return asking(name, node | None, description, ask, [about])


def judging(
    name: str,
    view: type,
    command: type[Command],
    function: Callable[..., Awaitable[object]],
    description: str,
) -> Asking:
    """A read that takes a command as its input and stores nothing."""

    async def ask(_: object, context: Context, given: dict[str, Any]) -> object:
        asked = to_command(command, given["input"])
        async with context.turn() as session:
            return await function(session, context.caller, asked, now=context.now)

    title = name.title().replace("_", "")
    taken = input_of(f"{title}Input", command, {}, {}, description=f"What is judged: {title}.")
    return asking(
        name, view | None, description, ask, [argument("input", taken, "What is judged.")]
    )


def _sorted_by(sort: str) -> Order:
    return Order(sort, (sort.lstrip("-"), "id"))
