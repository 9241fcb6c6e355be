"""Root fields of reads, from the domain's own read functions: their keywords are the arguments.

`list_things(session, caller, request, *, sort=…, community_ids=(), …)` becomes
`things(first:, after:, sort:, communityIds:)`; `get_thing(session, caller, id)` becomes
`thing(id:)`. What REST filters by, the graph filters by.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from inspect import Parameter
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from strawberry.types.arguments import StrawberryArgument
from strawberry.types.unset import UNSET

from api.graph.context import Context
from api.graph.derive import SEQUENCES, graph_type
from api.graph.fields import Asking, argument, asking
from api.graph.pages import Listed, Order, connection, page_request
from domain.kernel.ids import PREFIXES, read
from domain.kernel.shapes import Page

PREFIX_OF = {kind: prefix for prefix, kind in PREFIXES.items()}
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
    keywords = _keywords(function, {"sort": SORT, **filters})

    async def ask(_: object, context: Context, arguments: dict[str, Any]) -> Listed:
        request = page_request(arguments.pop("first"), arguments.pop("after", None) or None)
        given = {key: keywords[key].read(value) for key, value in arguments.items()}
        async with context.turn() as session:
            page = await function(session, context.caller, request, **_sent(given))
        found = order or _sorted_by(given.get("sort") or keywords["sort"].default)
        return Listed(page.data, found, page.page.has_more, request.cursor, page.page.next_cursor)

    arguments = [
        argument("first", int, "How many, 1 to 100.", 50),
        argument("after", str | None, "`endCursor` of the page before."),
        *(keyword.argument for keyword in keywords.values()),
    ]
    return asking(name, connection(node), description, ask, arguments)


def single(name: str, node: type, function: Gets, description: str, *, prefix: str) -> Asking:
    """One thing by its id."""

    async def ask(_: object, context: Context, arguments: dict[str, Any]) -> object:
        id_ = read(prefix, arguments["id"])
        async with context.turn() as session:
            return await function(session, context.caller, id_)

    about = argument("id", graph_type(UUID), f"Its id, `{prefix}_…`.")
    return asking(name, node | None, description, ask, [about])


class Keyword:
    """One keyword of a read function, as an argument."""

    def __init__(self, parameter: Parameter, annotation: Any, description: str) -> None:  # noqa: ANN401
        self.default = parameter.default
        self._is_list = get_origin(annotation) in SEQUENCES
        self._prefix = _prefix(parameter.name, annotation)
        type_: Any = graph_type(annotation)
        has_own_default = isinstance(parameter.default, Enum | bool | int | str)
        is_optional = parameter.default is not Parameter.empty and not has_own_default
        self.argument: StrawberryArgument = argument(
            parameter.name,
            type_ | None if is_optional else type_,
            description,
            parameter.default if has_own_default else UNSET,
        )

    def read(self, value: Any) -> Any:  # noqa: ANN401 - any value of an argument
        """The value as the function takes it. Raises `IdMalformed`, `IdWrongKind`."""
        if self._prefix is None or value is None or value is UNSET:
            return value
        if self._is_list:
            return [read(self._prefix, text) for text in value]
        return read(self._prefix, value)


def _sorted_by(sort: str) -> Order:
    return Order(sort, (sort.lstrip("-"), "id"))


def _keywords(function: Lists, described: Mapping[str, str]) -> dict[str, Keyword]:
    hints = get_type_hints(function, include_extras=True)
    found = inspect.signature(function).parameters.values()
    return {
        each.name: Keyword(each, hints[each.name], described[each.name])
        for each in found
        if each.kind is Parameter.KEYWORD_ONLY and each.name != "now"
    }


def _prefix(name: str, annotation: object) -> str | None:
    """The prefix of an id parameter such as `community_ids`, from its name."""
    holds_ids = UUID in (annotation, *get_args(annotation))
    return PREFIX_OF[name.removesuffix("_ids").removesuffix("_id")] if holds_ids else None


def _sent(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in given.items() if value is not None and value is not UNSET
    }
