"""Keyset pages: nothing twice, nothing left out, and no cursor but our own."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.communities.queries import CommunitySort, list_communities
from domain.communities.service import create_community
from domain.communities.shapes import CreateCommunity
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.errors import CursorInvalid
from domain.kernel.ids import new_id
from domain.kernel.pages import PageRequest, make_cursor, page_of, read_cursor
from tests.conftest import NOW
from tests.world import make_workspace

KEYS = (
    st.datetimes(timezones=st.just(UTC))
    | st.uuids()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
)


@given(st.text(st.characters(codec="utf-8"), max_size=20), st.lists(KEYS, max_size=3))
def test_a_cursor_gives_the_keys_it_was_made_of(
    sort: str, keys: list[datetime | UUID | int | str]
) -> None:
    cursor = make_cursor(sort, *keys)

    assert read_cursor(cursor, sort, *(type(key) for key in keys)) == keys
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?")


@given(
    st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: urlsafe_b64encode(raw).decode())
)
def test_junk_is_never_anything_but_an_invalid_cursor(junk: str) -> None:
    with pytest.raises(CursorInvalid):
        read_cursor(junk, "created_at", datetime, UUID)


@given(st.lists(st.none() | st.booleans() | st.floats() | st.binary() | st.text(), max_size=4))
def test_cursors_of_other_makers_are_invalid(keys: list[object]) -> None:
    raw = msgspec.msgpack.encode(["created_at", *keys])

    with pytest.raises(CursorInvalid):
        read_cursor(urlsafe_b64encode(raw).decode(), "created_at", datetime, UUID)


@pytest.mark.parametrize(
    ("keys", "types"),
    [
        (("2026-11-23T09:00:00",), (datetime,)),
        ((2**63,), (int,)),
        (("a\0b",), (str,)),
        ((1, 2), (int,)),
        ((), (int,)),
    ],
)
def test_keys_that_no_column_takes_are_invalid(
    keys: tuple[int | str, ...], types: tuple[type, ...]
) -> None:
    with pytest.raises(CursorInvalid):
        read_cursor(make_cursor("number", *keys), "number", *types)


def test_a_cursor_of_another_sort_is_invalid() -> None:
    with pytest.raises(CursorInvalid):
        read_cursor(make_cursor("name", "a"), "-name", str)


def test_a_page_is_as_long_as_asked_and_knows_of_more() -> None:
    request = PageRequest(limit=2)
    full = page_of([1, 2, 3], request, view=str, cursor=lambda row: f"at {row}")
    last = page_of([3], request, view=str, cursor=lambda row: f"at {row}")
    none = page_of([], request, view=str, cursor=lambda row: f"at {row}")

    assert (full.data, full.page.next_cursor, full.page.has_more) == (["1", "2"], "at 2", True)
    assert (last.data, last.page.next_cursor, last.page.has_more) == (["3"], None, False)
    assert (none.data, none.page.next_cursor, none.page.has_more) == ([], None, False)


@pytest.mark.parametrize("sort", [CommunitySort.NAME, CommunitySort.NAME_DOWN])
async def test_rows_with_equal_keys_come_once_each_while_others_are_added(
    database: Database, sort: CommunitySort
) -> None:
    workspace_id = await make_workspace(database)
    first = [await _add(database, workspace_id, "Same") for _ in range(7)]
    seen: list[UUID] = []

    cursor = None
    while True:
        async with database.transaction(workspace_id) as session:
            page = await list_communities(
                session, worker(workspace_id), PageRequest(3, cursor), sort=sort
            )
        seen += [each.id for each in page.data]
        if not page.page.has_more:
            break
        cursor = page.page.next_cursor
        # Before every page in either order: it must not push anything out of place.
        await _add(database, workspace_id, "A first" if sort is CommunitySort.NAME else "Z last")

    assert sorted(seen) == sorted(first)
    assert seen == sorted(seen, reverse=sort is CommunitySort.NAME_DOWN)


async def _add(database: Database, workspace_id: UUID, name: str) -> UUID:
    command = CreateCommunity(name=name, slug=f"c-{new_id().hex[-12:]}", time_zone="UTC")
    async with database.transaction(workspace_id) as session:
        return (await create_community(session, worker(workspace_id), command, now=NOW)).id
