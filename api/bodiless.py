"""What is sent to an operation that takes no body is refused, as a parameter is that none knows.

Ignored, it would be taken for done: of copies that were named all would be taken back.
"""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute

from api.pointing import escape
from domain.kernel.errors import Fault, Misfit

NOTHING: tuple[object, ...] = (None, {}, [])
"""What says nothing, and clients send where they always send something."""


def takes_body(route: APIRoute) -> bool:
    extra: Mapping[str, Any] = route.openapi_extra or {}
    return route.body_field is not None or "requestBody" in extra


async def refuse_body(request: Request) -> None:
    """Raises `Misfit`, with a fault for each name that stands in the body."""
    if request.method in {"GET", "HEAD"}:
        return
    body = await request.body()
    try:
        found = json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        return
    if found in NOTHING:
        return
    names = list(found) if isinstance(found, dict) else [""]
    raise Misfit(
        faults=tuple(
            Fault(f"/{escape(name)}" if name else "", "extra_forbidden", "No body is taken here.")
            for name in names
        )
    )
