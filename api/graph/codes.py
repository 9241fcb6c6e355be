"""The catalogues of codes in the graph, the same as `GET /v1/errors` and `GET /v1/troubles`."""

from typing import Any

from api.errors import CodeView, codes
from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import asking
from api.troubles import TroubleView, troubles

CODE = derive(CodeView, "ErrorCode", "What `code` of an error can be, and what to do about it.")
TROUBLE = derive(
    TroubleView, "Trouble", "What networks and posts meet, by its code, and what to do about it."
)


async def _codes(_: object, __: Context, ___: dict[str, Any]) -> list[CodeView]:
    return list(codes())


async def _troubles(_: object, __: Context, ___: dict[str, Any]) -> list[TroubleView]:
    return list(troubles())


QUERIES = (
    asking(
        "error_codes",
        list[CODE],  # type: ignore[valid-type]  # made at run time
        "Every code an error can have. Needs no scope.",
        _codes,
    ),
    asking(
        "troubles",
        list[TROUBLE],  # type: ignore[valid-type]  # made at run time
        "Every code of what networks and posts meet. Needs no scope.",
        _troubles,
    ),
)

MUTATIONS: tuple[Mutation, ...] = ()
