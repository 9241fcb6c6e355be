"""Query parameters and headers: one that is not known, or is taken once and came twice, is refused.

A filter with a slip of the pen must not show everything, nor a second `limit` win unseen.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant

from api.pointing import escape
from domain.kernel.errors import (
    MOST_FAULTS,
    Fault,
    Misfit,
    ParameterRepeated,
    ParameterUnknown,
)

Known = dict[str, bool]
ONCE = ("Authorization", "Idempotency-Key", "If-Match")
"""Headers of which the first alone would count: two say two things."""


def known_to(dependant: Dependant) -> Known:
    """The query parameters of a route by name, and whether each may be sent more than once."""
    found = {
        field.alias: get_origin(field.field_info.annotation) is list
        for field in dependant.query_params
    }
    for inner in dependant.dependencies:
        found |= known_to(inner)
    return found


def refuse_odd(request: Request, known: Known) -> None:
    """Raises `ParameterUnknown`, `ParameterRepeated`, or `Misfit` for both at once."""
    faults = tuple(islice(_faults(request, known), MOST_FAULTS))
    codes = {fault.code for fault in faults}
    if codes == {ParameterUnknown.code}:
        raise ParameterUnknown(faults[0].message, faults=faults)
    if codes == {ParameterRepeated.code}:
        raise ParameterRepeated(faults[0].message, faults=faults)
    if faults:
        raise Misfit(faults=faults)


def _faults(request: Request, known: Known) -> Iterator[Fault]:
    for name in request.query_params:
        pointer = "/query/" + escape(name)
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            yield Fault(pointer, ParameterUnknown.code, f"The parameters here are: {names}.")
        elif not known[name] and len(request.query_params.getlist(name)) > 1:
            yield _repeated(pointer, name)
    yield from _headers(request)


def refuse_repeated(request: Request) -> None:
    """Raises `ParameterRepeated`: where no parameter is unknown, as GraphQL has its own rules."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    names = [name for name, count in counts.items() if count > 1]
    faults = (*(_repeated("/query/" + escape(name), name) for name in names), *_headers(request))
    if faults:
        raise ParameterRepeated(faults[0].message, faults=faults)


def _headers(request: Request) -> Iterator[Fault]:
    for name in ONCE:
        if len(request.headers.getlist(name)) > 1:
            yield _repeated(f"/header/{name}", name)


def _repeated(pointer: str, name: str) -> Fault:
    return Fault(pointer, ParameterRepeated.code, f"`{name}` is sent once.")
