"""The catalogue of error codes in the graph, the same as `GET /v1/errors`."""

from typing import Any

from api.errors import CodeView, codes
from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import asking

CODE = derive(CodeView, "ErrorCode", "What `code` of an error can be, and what to do about it.")


async def _codes(_: object, __: Context, ___: dict[str, Any]) -> list[CodeView]:
    return list(codes())


QUERIES = (
    asking(
        "error_codes",
        list[CODE],  # type: ignore[valid-type]  # made at run time
        "Every code an error can have. Needs no scope.",
        _codes,
    ),
)

MUTATIONS: tuple[Mutation, ...] = ()
