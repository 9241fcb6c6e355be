"""FastAPI asks a thread for every handler and dependency that is no coroutine: none is needed."""

import inspect
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.cli.export import defaults
from api.main import create_app


def dependants(routes: list[BaseRoute]) -> Iterator[Dependant]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield from _within(route.dependant)
        else:
            yield from dependants(getattr(route, "routes", []))


def _within(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _within(each)


def test_no_request_goes_through_a_thread_to_learn_what_it_asks_for() -> None:
    calls = {each.call for each in dependants(create_app(defaults()).routes) if each.call}

    assert len(calls) > 200
    assert [each for each in calls if not inspect.iscoroutinefunction(each)] == []
