"""Imports that workers go through: row by row, killed, side by side, cancelled and undone."""

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlmodel import col, select, text

from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.events.tables import Event
from domain.ideas.drafting import link_post
from domain.ideas.service import create_idea
from domain.ideas.shapes import CreateIdea, LinkPost
from domain.ideas.tables import IdeaPost
from domain.imports.files import Raw
from domain.imports.making import BATCH, claim_imports
from domain.imports.rules import ROWS_LAST
from domain.imports.service import cancel_import, create_import, undo_import
from domain.imports.tables import Import, ImportRow
from domain.kernel.caller import Caller, worker
from domain.kernel.database import Database
from domain.kernel.errors import NotAllowedNow
from domain.kernel.ids import new_id, show
from domain.kernel.settings import Settings
from domain.posts.approving import give_approval, show_review
from domain.posts.command_shapes import ChangePost, HoldPost
from domain.posts.finding import find_post
from domain.posts.freezing import hold_post
from domain.posts.service import change_post, remove_post
from domain.posts.tables import Post, PostVersion, Variant
from domain.posts.versions import version_at
from domain.sources.service import create_source
from domain.sources.shapes import CreateSource
from tests.api.graph.counting import statements
from tests.conftest import NOW
from tests.domain.accounts.build import make_community
from tests.workers.test_recurrences import nobody
from tests.workers.world import make_context, trimmed
from tests.world import make_account, make_workspace
from workers.context import Context
from workers.imports import import_due, import_rows

LOCK = text("SELECT 1 FROM event_counters FOR UPDATE")


class Desk:
    """A workspace with a calendar and an account, and a worker."""

    def __init__(self, database: Database, workspace_id: UUID, context: Context) -> None:
        self.database = database
        self.caller = worker(workspace_id)
        self.context = context
        self.community_id: UUID
        self.calendar_id: UUID
        self.account_id: UUID

    async def send(
        self, rows: Sequence[Raw], *, is_dry_run: bool = False, caller: Caller | None = None
    ) -> UUID:
        sender = caller or self.caller
        async with self.database.acting(sender) as session:
            made = await create_import(
                session, sender, self.calendar_id, rows, is_dry_run=is_dry_run, now=NOW
            )
        return made.id

    async def work(self) -> None:
        """Until nothing is due."""
        while await import_due(self.context, self.caller.workspace_id, now=NOW):
            await self.context.slots.drain(30)

    async def batch(self) -> None:
        await import_due(self.context, self.caller.workspace_id, now=NOW)
        await self.context.slots.drain(30)

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.database.transaction(self.caller.workspace_id) as session:
            return list((await session.exec(select(table).order_by(col(table.id)))).all())

    async def results(self) -> list[str]:
        rows = await self.rows(ImportRow)
        return [row.result for row in sorted(rows, key=lambda row: row.number)]

    async def state(self) -> tuple[str, int, int, int]:
        [row] = await self.rows(Import)
        return row.state, row.done, row.made, row.refused


@pytest.fixture
async def desk(settings: Settings, database: Database, redis: ArqRedis) -> Desk:
    workspace_id = await make_workspace(database)
    made = Desk(database, workspace_id, make_context(settings, database, redis, nobody))
    made.community_id = await make_community(database, workspace_id)
    command = CreateCalendar(community_id=made.community_id, name="a")
    async with database.transaction(workspace_id) as session:
        calendar = await create_calendar(session, made.caller, command, now=NOW)
    made.calendar_id = calendar.id
    made.account_id = await make_account(database, workspace_id, made.community_id)
    return made


def drafts(count: int) -> list[Raw]:
    return [{"title": f"Post {number}", "text": "On taille."} for number in range(count)]


async def test_each_row_becomes_a_draft_or_says_why_not(desk: Desk) -> None:
    rows: list[Raw] = [
        {
            "title": "La taille",
            "text": "On taille.",
            "labels": ["vigne"],
            "wall_time": "2032-01-12T09:30:00",
            "accounts": ["sandbox:@Vaud"],
        },
        {"text": "?"},
        {"title": "Hier", "wall_time": "2020-01-12T09:30:00"},
        {"title": "À qui ?", "accounts": ["mastodon:nobody"], "campaign": "Noël"},
        {"title": "Zone", "time_zone": "Europe/Lavaux", "mood": "gay"},
    ]

    await desk.send(rows)
    await desk.work()

    [post] = await desk.rows(Post)
    [variant] = await desk.rows(Variant)
    [version] = await desk.rows(PostVersion)
    lines = sorted(await desk.rows(ImportRow), key=lambda row: row.number)
    assert (post.title, post.state, post.labels) == ("La taille", "draft", ["vigne"])
    assert post.publish_at.isoformat() == "2032-01-12T08:30:00+00:00"
    assert (variant.account_id, variant.post_id) == (desk.account_id, post.id)
    assert (version.number, version.actor, len(version.variants)) == (1, "worker", 1)
    assert lines[0].id == post.id
    assert [[(f["pointer"], f["code"]) for f in line.faults] for line in lines] == [
        [],
        [("/title", "missing")],
        [("/wall_time", "time.past")],
        [("/campaign", "not_found"), ("/accounts/0", "not_found")],
        [("/time_zone", "time_zone.unknown"), ("/mood", "extra_forbidden")],
    ]
    assert await desk.state() == ("done", 5, 1, 4)


async def test_what_a_row_names_is_looked_for_among_its_kind_and_pointed_at(desk: Desk) -> None:
    nobody_ = show("acct", desk.calendar_id)
    own = show("acct", desk.account_id)
    await desk.send(
        [
            {"title": "a", "accounts": [own], "media_ids": [show("med", desk.account_id)]},
            {"title": "b", "accounts": ["sandbox:vaud", nobody_]},
            {"title": "c", "accounts": ["sandbox:vaud"], "variants": [{"account_id": nobody_}]},
            {"title": "d", "accounts": ["sandbox:vaud", own]},
            {"title": "e", "campaign": show("cam", desk.account_id), "a/b": 1, "pillar": "med_1"},
            {"title": "f", **{f"x{number}": 1 for number in range(99)}},
        ]
    )
    await desk.work()

    lines = sorted(await desk.rows(ImportRow), key=lambda row: row.number)
    assert [[(f["pointer"], f["code"]) for f in line.faults] for line in lines[:5]] == [
        [("/media_ids", "not_found")],
        [("/accounts/1", "not_found")],
        [("/variants/0/account_id", "not_found")],
        [("/accounts", "value_error")],
        [("/a~1b", "extra_forbidden")],
    ]
    assert len(lines[5].faults) == 20
    assert await desk.rows(Post) == []


async def test_name_that_several_have_is_refused_and_an_id_is_not(desk: Desk) -> None:
    twin = await make_account(desk.database, desk.caller.workspace_id, desk.community_id)

    await desk.send(
        [
            {"title": "a", "accounts": ["sandbox:vaud"]},
            {"title": "b", "accounts": [show("acct", twin)]},
        ]
    )
    await desk.work()

    lines = sorted(await desk.rows(ImportRow), key=lambda row: row.number)
    assert [line.result for line in lines] == ["refused", "made"]
    assert [fault["code"] for fault in lines[0].faults] == ["import.ambiguous"]


async def test_dry_run_judges_and_makes_nothing(desk: Desk) -> None:
    id_ = await desk.send([{"title": "a"}, {"text": "?"}], is_dry_run=True)
    await desk.work()

    assert await desk.results() == ["would_make", "refused"]
    assert await desk.state() == ("done", 2, 1, 1)
    assert await desk.rows(Post) == []
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        with pytest.raises(NotAllowedNow):
            await undo_import(session, desk.caller, id_, now=NOW)


async def test_batch_is_one_event_that_names_its_posts_and_one_of_each_post(desk: Desk) -> None:
    await desk.send([{"title": "a"}, {"title": "b"}])
    await desk.work()

    posts = {show("post", row.id) for row in await desk.rows(Post)}
    events = await desk.rows(Event)
    told = {row.kind: row.data for row in events if row.kind.startswith("import.")}
    assert set(told["import.went_on"]["posts"]) == posts
    assert (told["import.went_on"]["done"], told["import.done"]["made"]) == (2, 2)
    assert {show("post", e.subject_id) for e in events if e.kind == "post.created"} == posts


async def test_killed_in_the_middle_of_a_batch_it_goes_on_and_doubles_nothing(desk: Desk) -> None:
    id_ = await desk.send(drafts(BATCH + 3))
    await desk.batch()
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        await session.exec(LOCK)  # type: ignore[call-overload]  # SQLModel types no text()
        killed = asyncio.create_task(import_rows(desk.context, desk.caller, id_, now=NOW))
        done, _ = await asyncio.wait([killed], timeout=1)
        assert not done
        killed.cancel()
        await asyncio.wait([killed])

    assert await desk.state() == ("working", BATCH, BATCH, 0)
    await desk.work()

    assert await desk.state() == ("done", BATCH + 3, BATCH + 3, 0)
    titles = [row.title for row in await desk.rows(Post)]
    assert sorted(titles) == sorted(f"Post {number}" for number in range(BATCH + 3))


async def test_two_workers_take_no_batch_twice(desk: Desk) -> None:
    id_ = await desk.send(drafts(7))

    await asyncio.gather(*(import_rows(desk.context, desk.caller, id_, now=NOW) for _ in range(3)))

    assert len(await desk.rows(Post)) == 7
    assert await desk.state() == ("done", 7, 7, 0)


async def test_cancelled_import_goes_no_further(desk: Desk) -> None:
    id_ = await desk.send(drafts(BATCH + 1))
    await desk.batch()
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        await cancel_import(session, desk.caller, id_, now=NOW)
    await desk.work()

    assert await desk.state() == ("cancelled", BATCH, BATCH, 0)
    assert (await desk.results())[-2:] == ["made", "waiting"]
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        with pytest.raises(NotAllowedNow):
            await cancel_import(session, desk.caller, id_, now=NOW)


async def test_undone_it_removes_what_nobody_changed_and_says_what_stays(desk: Desk) -> None:
    id_ = await desk.send(drafts(3))
    await desk.work()
    first, second, third = await desk.rows(Post)
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        change = ChangePost(text="On taille encore.")
        await change_post(session, desk.caller, second.id, change, expected_version=1, now=NOW)
        await remove_post(session, desk.caller, third.id, expected_version=1, now=NOW)
        await undo_import(session, desk.caller, id_, now=NOW)
    await desk.work()

    [row] = await desk.rows(Import)
    lines = sorted(await desk.rows(ImportRow), key=lambda line: line.number)
    assert [post.id for post in await desk.rows(Post)] == [second.id]
    assert (row.state, row.made, row.removed, row.kept) == ("undone", 3, 2, 1)
    assert [line.result for line in lines] == ["removed", "kept", "removed"]
    assert [fault["code"] for fault in lines[1].faults] == ["import.post_changed"]
    removed = [e.subject_id for e in await desk.rows(Event) if e.kind == "post.removed"]
    assert sorted(removed) == sorted([first.id, third.id])


async def test_undone_it_leaves_what_was_approved_or_held_meanwhile(desk: Desk) -> None:
    id_ = await desk.send(drafts(3))
    await desk.work()
    first, second, _ = await desk.rows(Post)
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        post = await find_post(session, desk.caller, first.id, None)
        show_review(post, new_id(), None)
        version = await version_at(session, desk.caller, first.id, None)
        assert version is not None
        await give_approval(session, desk.caller, post, version.id, [new_id()], now=NOW)
        hold = HoldPost(reason="Plainte")
        await hold_post(session, desk.caller, second.id, hold, expected_version=None, now=NOW)
        await undo_import(session, desk.caller, id_, now=NOW)
    await desk.work()

    [row] = await desk.rows(Import)
    lines = sorted(await desk.rows(ImportRow), key=lambda line: line.number)
    assert {post.id for post in await desk.rows(Post)} == {first.id, second.id}
    assert (row.removed, row.kept) == (1, 2)
    assert [line.result for line in lines] == ["kept", "kept", "removed"]
    assert [fault["code"] for fault in lines[0].faults] == ["import.post_changed"]


async def test_undone_it_leaves_what_was_linked_to_an_idea_or_a_source_meanwhile(
    desk: Desk,
) -> None:
    id_ = await desk.send(drafts(3))
    await desk.work()
    first, second, _ = await desk.rows(Post)
    wish = CreateIdea(community_id=desk.community_id, question="Et le gel ?")
    rests_on = CreateSource(post_id=second.id, url="https://village.example/1")
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        idea = await create_idea(session, desk.caller, wish, now=NOW)
        link = LinkPost(post_id=first.id)
        await link_post(session, desk.caller, idea.id, link, now=NOW)
        await create_source(session, desk.caller, rests_on, now=NOW)
        await undo_import(session, desk.caller, id_, now=NOW)
    await desk.work()

    assert {post.id for post in await desk.rows(Post)} == {first.id, second.id}
    assert await desk.results() == ["kept", "kept", "removed"]
    assert [link.idea_id for link in await desk.rows(IdeaPost)] == [idea.id]


async def test_rows_go_once_an_import_has_rested_long_and_its_counts_stay(desk: Desk) -> None:
    old, young = await desk.send(drafts(2)), await desk.send(drafts(1))
    await desk.work()
    later = NOW + ROWS_LAST + timedelta(seconds=1)
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        [row] = (await session.exec(select(Import).where(col(Import.id) == young))).all()
        row.updated_at = later
    await trimmed(replace(desk.context, clock=lambda: later))

    assert {line.import_id for line in await desk.rows(ImportRow)} == {young}
    assert sorted((row.id == old, row.made) for row in await desk.rows(Import)) == [
        (False, 1),
        (True, 2),
    ]
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        with pytest.raises(NotAllowedNow, match="kept for 90 days"):
            await undo_import(session, desk.caller, old, now=later)
    assert len(await desk.rows(Post)) == 3


async def test_worker_sees_no_more_than_the_sender_did(desk: Desk) -> None:
    other = await make_community(desk.database, desk.caller.workspace_id)
    hidden = await make_account(
        desk.database, desk.caller.workspace_id, other, handle="cave", remote_id="cave"
    )
    sender = replace(desk.caller, communities=frozenset({desk.community_id}), actor="member:x")

    await desk.send(
        [
            {"title": "a", "accounts": [show("acct", hidden)]},
            {"title": "b", "accounts": ["sandbox:cave"]},
            {"title": "c", "accounts": ["sandbox:vaud"]},
        ],
        caller=sender,
    )
    await desk.work()

    assert await desk.results() == ["refused", "refused", "made"]
    [post] = await desk.rows(Post)
    [told] = [event for event in await desk.rows(Event) if event.subject_id == post.id]
    assert (post.title, told.actor) == ("c", "member:x")


async def test_claimed_import_is_left_alone_until_its_lease_ends(desk: Desk) -> None:
    await desk.send(drafts(1))
    lease = desk.context.settings.lease
    claimed = []
    for now in (NOW, NOW, NOW + lease):
        async with desk.database.transaction(desk.caller.workspace_id) as session:
            found = await claim_imports(session, desk.caller, now=now, lease=lease, batch=9)
            claimed.append(len(found))

    assert claimed == [1, 0, 1]


@pytest.fixture
def collects_often() -> Iterator[None]:
    """As Python does by itself: what waits for the collector is no memory that a batch needs."""
    before = gc.get_threshold()
    gc.set_threshold(700, *before[1:])
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("collects_often")
async def test_batch_takes_as_many_statements_as_one_row_and_no_more_memory_than_the_last(
    desk: Desk,
) -> None:
    """What makes 10,000 rows quick and flat; how quick is measured in DECISIONS.md."""
    row = {"title": "a", "accounts": ["sandbox:vaud"], "labels": ["vigne"]}
    await desk.send([row])
    with statements() as of_one:
        await desk.work()
    await desk.send([row] * (3 * BATCH + 1))
    peaks = []
    for _ in range(3):
        tracemalloc.start()
        with statements() as of_many:
            await desk.batch()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert len(of_many) <= len(of_one) + 3
    assert max(peaks[1:]) < 1.2 * peaks[0]
    assert peaks[0] < 30_000_000  # 12 on Python 3.11; 16 on 3.13, 23 after the whole suite
    assert len(await desk.rows(Post)) == 3 * BATCH + 1
