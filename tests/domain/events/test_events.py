"""Writing and reading the log: filters, its end, what the retention forgets, who may see it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.events.places import Place
from domain.events.queries import list_events
from domain.events.service import forget_events, record
from domain.events.shapes import EventView
from domain.kernel.caller import Caller, Scope, worker
from domain.kernel.database import Database
from domain.kernel.errors import CursorInvalid, CursorLost, ScopeMissing
from domain.kernel.ids import new_id, show
from domain.kernel.pages import PageRequest, make_cursor
from domain.kernel.shapes import Page
from domain.kernel.traces import span
from tests.conftest import NOW
from tests.world import make_workspace

LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def workspace_id(database: Database) -> UUID:
    """Its log holds one event: that it was made."""
    return await make_workspace(database)


async def tell(
    database: Database, workspace_id: UUID, *kinds: str, now: datetime = NOW, **data: Any
) -> UUID:
    """Events of one subject in one transaction."""
    subject = new_id()
    async with database.transaction(workspace_id) as session:
        for kind in kinds:
            about = (kind.partition(".")[0], subject)
            record(session, worker(workspace_id), kind, about, now=now, data=data or None)
    return subject


async def page(
    database: Database, workspace_id: UUID, cursor: str | None = None, limit: int = 50, **more: Any
) -> Page[EventView]:
    async with database.transaction(workspace_id) as session:
        request = PageRequest(limit, cursor)
        return await list_events(session, worker(workspace_id), request, **more)


def kinds(events: Sequence[EventView]) -> list[str]:
    return [event.kind for event in events]


async def test_events_of_a_transaction_keep_their_order_and_say_who_what_and_when(
    database: Database, workspace_id: UUID
) -> None:
    names = ("post.changed", "post.rescheduled", "post.replanned")
    subject = await tell(database, workspace_id, *names, now=LATER, previous={"title": "Old"})

    found = (await page(database, workspace_id)).data[1:]

    assert kinds(found) == list(names)
    assert [event.number for event in found] == [2, 3, 4]
    assert {event.subject_id for event in found} == {show("post", subject)}
    assert {(e.subject_kind, e.actor, e.occurred_at) for e in found} == {("post", "worker", LATER)}
    assert found[0].data == {"previous": {"title": "Old"}}
    assert len({event.id for event in found}) == 3


async def test_a_rolled_back_change_leaves_no_event_and_no_gap(
    database: Database, workspace_id: UUID
) -> None:
    async def fail() -> None:
        async with database.transaction(workspace_id) as session:
            about = ("post", new_id())
            record(session, worker(workspace_id), "post.created", about, now=NOW)
            await session.flush()
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fail()
    await tell(database, workspace_id, "calendar.created")

    found = (await page(database, workspace_id)).data
    assert [(e.number, e.kind) for e in found] == [
        (1, "workspace.created"),
        (2, "calendar.created"),
    ]


async def test_each_workspace_counts_for_itself_and_sees_itself_alone(
    database: Database, workspace_id: UUID
) -> None:
    other = await make_workspace(database)
    await tell(database, other, "post.created", "post.changed")
    await tell(database, workspace_id, "calendar.created")

    assert [e.number for e in (await page(database, workspace_id)).data] == [1, 2]
    assert kinds((await page(database, other)).data)[1:] == ["post.created", "post.changed"]


async def test_filters_leave_out_and_keep_the_order(database: Database, workspace_id: UUID) -> None:
    await tell(database, workspace_id, "post.created", "post.changed")
    await tell(database, workspace_id, "calendar.created", now=LATER)

    by_kind = await page(database, workspace_id, kinds=["post.changed", "calendar.created"])
    by_subject = await page(database, workspace_id, subject_kinds=["post"])
    since = await page(
        database, workspace_id, kinds=["post.created", "calendar.created"], since=LATER
    )

    assert kinds(by_kind.data) == ["post.changed", "calendar.created"]
    assert kinds(by_subject.data) == ["post.created", "post.changed"]
    assert kinds(since.data) == ["calendar.created"]


@pytest.mark.parametrize(
    ("kind", "about", "message"),
    [
        ("post.dreamt", "post", "'post.dreamt' is not a valid EventKind"),
        ("post.created", "idea", "post.created is not declared to be about a idea."),
    ],
)
async def test_what_is_not_declared_is_not_recorded(
    database: Database, workspace_id: UUID, kind: str, about: str, message: str
) -> None:
    async with database.transaction(workspace_id) as session:
        with pytest.raises(ValueError, match=message):
            record(session, worker(workspace_id), kind, (about, new_id()), now=NOW)

    assert kinds((await page(database, workspace_id)).data) == ["workspace.created"]


async def test_pages_follow_each_other_and_the_end_can_be_gone_on_from(
    database: Database, workspace_id: UUID
) -> None:
    await tell(database, workspace_id, "post.created", "post.changed", "post.scheduled")

    first = await page(database, workspace_id, limit=3)
    last = await page(database, workspace_id, first.page.next_cursor, limit=3)
    empty = await page(database, workspace_id, last.page.next_cursor)
    await tell(database, workspace_id, "post.published")
    more = await page(database, workspace_id, empty.page.next_cursor)

    assert [e.number for e in first.data] == [1, 2, 3]
    assert (first.page.has_more, last.page.has_more, empty.page.has_more) == (True, False, False)
    assert [e.number for e in last.data] == [4]
    assert empty.data == []
    assert empty.page.next_cursor == last.page.next_cursor
    assert kinds(more.data) == ["post.published"]


async def test_reader_of_kinds_that_never_came_begins_with_what_comes_next(
    database: Database, workspace_id: UUID
) -> None:
    await tell(database, workspace_id, "post.created", "post.changed")

    none = await page(database, workspace_id, kinds=["post.published"])
    some = await page(database, workspace_id, kinds=["post.created"])
    await tell(database, workspace_id, "post.published", "post.created")
    first = await page(database, workspace_id, none.page.next_cursor)
    second = await page(database, workspace_id, some.page.next_cursor, kinds=["post.created"])

    assert (none.data, none.page.has_more) == ([], False)
    assert kinds(first.data) == ["post.published", "post.created"]
    assert [e.number for e in second.data] == [5]
    assert none.page.next_cursor == some.page.next_cursor


async def test_cursor_ahead_of_a_log_that_was_set_back_is_lost(
    database: Database, workspace_id: UUID
) -> None:
    ahead = make_cursor("number", 2)

    for place in (workspace_id, new_id()):
        with pytest.raises(CursorLost, match="The log was set back since, as by the restore"):
            await page(database, place, ahead)
    await tell(database, workspace_id, "post.created")

    assert (await page(database, workspace_id, ahead)).data == []


async def test_cursor_behind_an_event_that_another_took_the_number_of_is_lost(
    database: Database, workspace_id: UUID
) -> None:
    """As after the restore of a backup, once as much has happened again."""
    await tell(database, workspace_id, "post.created", "post.changed")
    place = Place.of((await page(database, workspace_id)).page.next_cursor)
    other = Place(place.number, place.mark ^ 1)

    found = await page(database, workspace_id, place.cursor())
    with pytest.raises(CursorLost, match="other events bear these numbers now"):
        await page(database, workspace_id, other.cursor())

    assert (place.number, found.data) == (3, [])


async def test_an_empty_log_has_no_cursor_to_go_on_from(database: Database) -> None:
    found = await page(database, new_id())

    assert (found.data, found.page.next_cursor, found.page.has_more) == ([], None, False)


async def test_the_retention_forgets_what_is_old_and_counts_on(
    database: Database, workspace_id: UUID
) -> None:
    other = await make_workspace(database)
    # The event that each workspace begins with is told by the real clock.
    today = datetime.now(UTC)
    for each in (workspace_id, other):
        await tell(database, each, "post.created", now=today)
    await tell(database, workspace_id, "post.changed", now=today + timedelta(days=31))
    first = await page(database, workspace_id, limit=1)
    second = await page(database, workspace_id, first.page.next_cursor, limit=1)

    await forget(database, workspace_id, before=today + timedelta(days=1))
    await tell(database, workspace_id, "post.published", now=today + timedelta(days=32))

    kept = (await page(database, workspace_id)).data
    assert [(e.number, e.kind) for e in kept] == [(3, "post.changed"), (4, "post.published")]
    gone_on = await page(database, workspace_id, second.page.next_cursor)
    assert [e.number for e in gone_on.data] == [3, 4]
    with pytest.raises(CursorLost, match="Events that follow it and are no longer kept: 1"):
        await page(database, workspace_id, first.page.next_cursor)
    assert kinds((await page(database, other)).data)[1:] == ["post.created"]


async def test_an_old_event_behind_a_young_one_stays_as_long_as_that(
    database: Database, workspace_id: UUID
) -> None:
    today = datetime.now(UTC)
    await tell(database, workspace_id, "post.created", now=today - timedelta(days=31))

    await forget(database, workspace_id, before=today - timedelta(days=30))
    kept = (await page(database, workspace_id)).data
    await forget(database, workspace_id, before=today + timedelta(days=1))

    assert [e.number for e in kept] == [1, 2]
    assert (await page(database, workspace_id)).data == []


async def forget(database: Database, workspace_id: UUID, *, before: datetime) -> None:
    async with database.transaction(workspace_id) as session:
        await forget_events(session, worker(workspace_id), before=before)


async def test_history_cannot_be_rewritten(database: Database, workspace_id: UUID) -> None:
    async def rewrite() -> None:
        async with database.transaction(workspace_id) as session:
            await (await session.connection()).execute(text("UPDATE events SET kind = 'x'"))

    with pytest.raises(DBAPIError, match="permission denied for table events"):
        await rewrite()


async def test_events_bear_the_trace_they_happened_in(
    database: Database, workspace_id: UUID
) -> None:
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    with span("request", parent=parent):
        await tell(database, workspace_id, "post.created")
    await tell(database, workspace_id, "post.changed")

    async with database.transaction(workspace_id) as session:
        rows = await (await session.connection()).execute(
            text("SELECT kind, trace FROM events ORDER BY number")
        )
        traces = {row.kind: row.trace for row in rows}
    assert traces["post.created"].split("-")[1] == "a" * 32
    assert traces["post.changed"] is None


async def test_without_the_scope_nothing_is_read(database: Database, workspace_id: UUID) -> None:
    scopes = frozenset(Scope) - {Scope.EVENTS_READ}
    async with database.transaction(workspace_id) as session:
        with pytest.raises(ScopeMissing, match="events:read"):
            await list_events(session, Caller(workspace_id, "token", scopes), PageRequest())


@pytest.mark.parametrize("cursor", ["junk", make_cursor("-number", 3), make_cursor("number", "3")])
async def test_a_cursor_of_another_list_is_refused(
    database: Database, workspace_id: UUID, cursor: str
) -> None:
    with pytest.raises(CursorInvalid):
        await page(database, workspace_id, cursor)
