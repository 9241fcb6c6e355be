"""Every list's cursors: both faces give the same, and no other list takes them."""

from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import msgspec
import pytest
from fastapi import FastAPI

from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.api.walks.lists import List, lists_of
from tests.api.walks.scattering import scatter
from tests.api.walks.twins import cursor_of_twin, has_twin
from tests.furnished import Furnished
from tests.world import make_tenant

SAME_LIST = {
    frozenset({"entries", "calendar_entries"}),
}
"""Lists that show the same things in the same order, the one fewer of them."""


@dataclass(frozen=True)
class Sorted:
    """A list in one of its orders, and the cursor behind the first thing it shows."""

    listed: List
    asked: dict[str, str]
    cursor: str

    @property
    def keys(self) -> list[type]:
        """Of which kinds its keys are: a cursor with others is junk."""
        raw = urlsafe_b64decode(self.cursor.encode() + b"=" * (-len(self.cursor) % 4))
        return [type(each) for each in msgspec.msgpack.decode(raw)[1:]]


@pytest.fixture(scope="module")
async def house(app: FastAPI, settings: Settings, database: Database) -> AsyncIterator[Furnished]:
    async with make_tenant(app, database) as tenant:
        yield await scatter(settings, database, tenant)


@pytest.fixture(scope="module")
async def lists(app: FastAPI, house: Furnished) -> list[Sorted]:
    found = []
    for listed in lists_of(app.openapi()):
        for asked in orders_of(listed, house):
            sent = {**asked, "limit": "1"}
            answer = await house.tenant.client.get(listed.url(house.here), params=sent)
            assert answer.status_code == 200, f"{listed.operation}: {answer.text}"
            cursor = answer.json()["page"]["next_cursor"]
            if cursor is not None:
                found.append(Sorted(listed, asked, cursor))
    return found


def orders_of(listed: List, house: Furnished) -> Iterator[dict[str, str]]:
    base = listed.base(house.here)
    yield from ({**base, "sort": sort} for sort in listed.sorts)
    if not listed.sorts:
        yield base


async def test_most_lists_give_a_cursor_here(lists: list[Sorted]) -> None:
    assert len({each.listed.operation for each in lists}) >= 35


async def test_no_list_takes_the_cursor_of_another(house: Furnished, lists: list[Sorted]) -> None:
    taken = []

    for one in lists:
        for other in lists:
            names = {one.listed.operation, other.listed.operation}
            if one == other or one.keys != other.keys or names in SAME_LIST:
                continue
            sent = {**one.asked, "cursor": other.cursor, "limit": "1"}
            answer = await house.tenant.client.get(one.listed.url(house.here), params=sent)
            told = (answer.status_code, answer.json().get("code"))
            if told != (422, "cursor.invalid"):
                taken.append(f"{one.listed.operation} {other.listed.operation}: {told}")

    assert taken == []


async def test_the_graph_gives_the_same_cursors(house: Furnished, lists: list[Sorted]) -> None:
    client, here = house.tenant.client, house.here

    pairs = [
        (
            each.listed.operation,
            await cursor_of_twin(client, each.listed, each.asked, here),
            each.cursor,
        )
        for each in lists
        if has_twin(each.listed)
    ]

    assert [each for each in pairs if each[1] != each[2]] == []
