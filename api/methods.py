"""405 where an address such as /v1/posts/validate also looks like /v1/posts/{post_id}."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from itertools import product

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


def refuse_other_methods(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Adds refusals for fixed addresses that a pattern would take for an id; call it first."""
    routes = [route for router in routers for route in _routes(router.routes)]
    fixed: dict[str, set[str]] = {}
    for route, pattern in product(routes, routes):
        if "{" not in route.path and "{" in pattern.path and pattern.path_regex.match(route.path):
            fixed.setdefault(route.path, set()).update(route.methods or ())
    for path, methods in fixed.items():
        others = sorted(METHODS - methods)
        app.add_api_route(path, refuse, methods=others, include_in_schema=False)


def _routes(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            # FastAPI keeps a router that was included whole (0.165).
            yield from _routes(getattr(route, "original_router", APIRouter()).routes)


async def refuse(_: Request) -> Response:
    """Its route has every method but those of the address."""
    raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)
