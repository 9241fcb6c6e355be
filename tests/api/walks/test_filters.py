"""Every list by every filter and sort of the contract, on both faces, against what it shows."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from fastapi import FastAPI

from api.contract.examples import Json
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.walks.details import read_whole
from tests.api.walks.lists import List, Parameter, lists_of, read_all
from tests.api.walks.scattering import scatter
from tests.api.walks.showing import fits, in_order, values_of
from tests.api.walks.twins import has_twin, keys_of, read_twin
from tests.furnished import Furnished
from tests.world import make_tenant

UNPARTED = {
    "list_reviews is_mine": "an operator's token is nobody's: tests/api/approvals",
    "list_samples post_id": "one of the two is needed: tests/api/metrics",
    "list_samples account_id": "as above",
}
"""Filters that part nothing here, and where they are tried."""


@dataclass(frozen=True)
class Case:
    """What a list is asked, and what it must show, in order."""

    asked: Mapping[str, Any]
    expected: list[Json]


@dataclass(frozen=True)
class Walked:
    """A list, all that it shows, and what it is asked."""

    listed: List
    items: list[Json]

    def cases(self) -> Iterator[Case]:
        """Every filter alone, with several values and with the next one; every sort."""
        yield Case({}, self.items)
        told = [(each, values) for each in self.listed.filters if (values := self.values(each))]
        for parameter, values in told:
            yield from (self.case({parameter: [value]}) for value in values[:2])
            if parameter.is_list and len(values) > 1:
                yield self.case({parameter: values[:2]})
        for (one, some), (other, more) in pairwise(told):
            yield self.case({one: some[-1:], other: more[-1:]})
        for sort in self.listed.sorts:
            yield Case({"sort": sort}, in_order(sort, self.items))

    def values(self, parameter: Parameter) -> list[Any]:
        return values_of(self.listed, parameter, self.items)

    def case(self, chosen: Mapping[Parameter, list[Any]]) -> Case:
        fitting = [
            item
            for item in self.items
            if all(fits(self.listed, each, values, item) for each, values in chosen.items())
        ]
        asked = {p.name: values if p.is_list else values[0] for p, values in chosen.items()}
        return Case(asked, fitting)

    def parts(self, parameter: Parameter) -> bool:
        """Whether one of its values shows something and leaves something out."""
        found = [self.case({parameter: [v]}).expected for v in self.values(parameter)]
        return any(0 < len(each) < len(self.items) for each in found)


@pytest.fixture(scope="module")
async def house(app: FastAPI, settings: Settings, database: Database) -> AsyncIterator[Furnished]:
    async with make_tenant(app, database) as tenant:
        yield await scatter(settings, database, tenant)


@pytest.fixture(scope="module")
async def walk(app: FastAPI, house: Furnished) -> list[Walked]:
    return [Walked(each, await read_whole(house, each)) for each in lists_of(app.openapi())]


async def shown(house: Furnished, walked: Walked, case: Case) -> AsyncIterator[str]:
    """What of a case is not as it must be."""
    listed, client = walked.listed, house.tenant.client
    asked = {**listed.base(house.here), **case.asked}
    expected = keys_of(listed, case.expected)
    limit = max(2, len(expected) // 2)
    found = keys_of(listed, await read_all(client, listed.url(house.here), asked, limit))
    if found != expected:
        yield f"{listed.operation} {case.asked} by {limit}: {found} for {expected}"
    if has_twin(listed):
        found = await read_twin(client, listed, asked, house.here)
        if found != expected:
            yield f"{listed.operation} {case.asked} in the graph: {found} for {expected}"


async def test_every_filter_and_sort_shows_what_it_says(
    house: Furnished, walk: list[Walked]
) -> None:
    wrong = [
        each
        for walked in walk
        for case in walked.cases()
        async for each in shown(house, walked, case)
    ]

    assert wrong == []


def test_every_filter_parts_what_its_list_shows(walk: list[Walked]) -> None:
    unparted = {
        f"{walked.listed.operation} {parameter.name}"
        for walked in walk
        for parameter in walked.listed.filters
        if not walked.parts(parameter)
    }

    assert unparted == UNPARTED.keys()
    assert len(walk) > 50


def wrong_values(parameter: Parameter) -> Iterator[Any]:
    """What a parameter cannot be, and more values than it takes."""
    schema, shape = parameter.schema, parameter.described["schema"]
    if "$ref" in schema:
        yield "nothing_of_these"
    elif "pattern" in schema:
        yield from ("nothing_of_these!", f"{schema['pattern'][1:4]}_1")
    elif schema.get("format") in {"date-time", "date"}:
        yield from ("soon", "2026-13-41", "")
    elif schema["type"] in {"boolean", "integer"}:
        yield from ("perhaps", "")
    else:
        yield "x" * (schema["maxLength"] + 1)
    if parameter.is_list:
        example = "x" if "$ref" in schema else (schema.get("examples") or ["x"])[0]
        yield [example] * (shape["maxItems"] + 1)


async def test_what_a_filter_cannot_be_is_refused_in_its_place(
    house: Furnished, walk: list[Walked]
) -> None:
    told = []
    for listed, parameter in ((w.listed, p) for w in walk for p in w.listed.parameters):
        for value in wrong_values(parameter):
            asked = {**listed.base(house.here), parameter.name: value}
            answer = await house.tenant.client.get(listed.url(house.here), params=asked)
            pointers = {each["pointer"] for each in answer.json().get("errors", ())}
            places = {f"/query/{parameter.name}", f"/query/{parameter.name}/0"}
            if answer.status_code != 422 or not pointers & places:
                told.append(f"{listed.operation} {parameter.name}={value}: {answer.text[:300]}")

    assert told == []
