"""Sources are read by a worker: when they change, an update is proposed for what rests on them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from domain.connector.errors import NetworkError, Refused, Unavailable
from domain.connector.http import Call, Reply
from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.kernel.errors import AlreadyExists, NotAllowedNow
from domain.posts.tables import Delivery, Post
from domain.sources.queries import get_source
from domain.sources.rules import PATIENCE
from domain.sources.service import (
    MOST_SOURCES,
    change_source,
    create_source,
    pull_source,
    remove_source,
)
from domain.sources.shapes import ChangeSource, CreateSource, SourceView
from domain.sources.tables import WatchedPage
from domain.upkeep.deciding import approve_update, change_update, dismiss_update
from domain.upkeep.queries import get_upkeep
from domain.upkeep.service import confirm_upkeep
from domain.upkeep.shapes import ConfirmUpkeep
from domain.upkeep.tables import Update
from domain.upkeep.update_shapes import ChangeUpdate, DismissUpdate
from tests.conftest import NOW
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.workers.stage import Stage, stage
from workers.sources import tell_due, watch_due

__all__ = ["stage"]

URL = "https://example.org/tarifs"
DAY = timedelta(days=1)
AS_IT_WAS = Exchange(method="GET", path="/tarifs", status=304)


def says(text: str, **headers: str) -> Exchange:
    told = {"content-type": "text/html; charset=utf-8", **headers}
    return Exchange(method="GET", path="/tarifs", headers=told, text=f"<main>{text}</main>")


class Watch:
    """A post that is public, and the page it rests on."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.caller = worker(stage.workspace_id)

    def open(self) -> Any:
        return self.stage.database.transaction(self.stage.workspace_id)

    async def publish(self, text: str = "Entrée : 10 francs.") -> UUID:
        post_id = await self.stage.plan(text, await self.stage.account())
        await self.stage.deliver()
        await self.stage.quiet()
        return post_id

    async def name(self, post_id: UUID, **values: Any) -> SourceView:
        command = CreateSource(**{"post_id": post_id, "url": URL, **values})
        async with self.open() as session:
            return await create_source(session, self.caller, command, now=self.stage.now)

    async def read(self, *exchanges: Exchange, after: timedelta = timedelta(0)) -> ScriptedHttp:
        """What is due is read, in this script."""
        http = ScriptedHttp(exchanges)
        await self.read_by(http, after)
        http.assert_finished()
        return http

    async def read_by(self, http: Any, after: timedelta = timedelta(0)) -> None:
        self.stage.now += after
        context = replace(self.stage.context, http=http)
        await watch_due(context, self.stage.workspace_id, now=self.stage.now)
        await context.slots.drain(10)
        await tell_due(context, self.stage.workspace_id, now=self.stage.now)

    async def source(self, id_: UUID) -> SourceView:
        async with self.open() as session:
            return await get_source(session, self.caller, id_)

    async def stale_for(self, post_id: UUID) -> list[str]:
        async with self.open() as session:
            return [
                str(each) for each in (await get_upkeep(session, self.caller, post_id)).stale_for
            ]

    async def told(self, kind: str) -> list[dict[str, Any]]:
        statement = select(Event).where(col(Event.kind) == kind).order_by(col(Event.number))
        async with self.open() as session:
            return [row.data for row in (await session.exec(statement)).all()]


@pytest.fixture
async def watch(stage: Stage) -> Watch:
    return Watch(stage)


async def test_a_source_that_changes_makes_its_post_stale_and_proposes_an_update(
    watch: Watch,
) -> None:
    post_id = await watch.publish()
    made = await watch.name(post_id)
    await watch.read(says("Entrée : 10 francs", etag='"1"'))
    first = await watch.source(made.id)
    second = await watch.read(AS_IT_WAS, after=DAY)
    await watch.read(says("Entrée : 12 francs", etag='"2"'), after=DAY)

    assert (first.excerpt, first.changed_at, first.state) == ("Entrée : 10 francs", None, "watched")
    assert second.calls[0].headers["if-none-match"] == '"1"'
    found = await watch.source(made.id)
    assert (found.changed_at, found.excerpt) == (watch.stage.now, "Entrée : 12 francs")
    assert found.difference == "-Entrée : 10 francs\n+Entrée : 12 francs"
    assert found.next_read_at == watch.stage.now + DAY
    [update] = await watch.stage.rows(Update)
    assert (update.reason, update.state, update.source_id) == (
        "source_changed",
        "proposed",
        made.id,
    )
    assert update.difference == found.difference
    assert await watch.stale_for(post_id) == ["source_changed"]
    assert [row.stale_for for row in await watch.stage.rows(Post)] == [["source_changed"]]
    [told] = await watch.told("source.changed")
    assert told["update"] == f"upd_{update.id.hex}"


async def test_a_page_that_many_posts_rest_on_is_read_once(watch: Watch) -> None:
    posts = [await watch.publish(text) for text in ("a", "b", "c")]
    made = [await watch.name(id_) for id_ in posts]
    await watch.read(says("Un"))

    await watch.read(says("Deux"), after=DAY)

    # Told at one moment, each post by itself: in no order.
    assert sorted(row.post_id for row in await watch.stage.rows(Update)) == sorted(posts)
    assert len(await watch.stage.rows(WatchedPage)) == 1
    assert [(await watch.source(each.id)).excerpt for each in made] == ["Deux"] * 3


async def test_a_source_that_changes_twice_has_one_update_with_the_newest_difference(
    watch: Watch,
) -> None:
    post_id = await watch.publish()
    await watch.name(post_id)
    for number, text in enumerate(("Un", "Deux", "Trois")):
        await watch.read(says(text), after=DAY if number else timedelta(0))

    [update] = await watch.stage.rows(Update)
    assert update.difference == "-Deux\n+Trois"


async def test_a_post_that_is_not_out_yet_is_only_told_of(watch: Watch) -> None:
    post_id = await watch.stage.plan("a", await watch.stage.account())
    await watch.name(post_id)
    await watch.read(says("Un"))
    await watch.read(says("Deux"), after=DAY)

    assert await watch.stage.rows(Update) == []
    assert await watch.stale_for(post_id) == []
    assert [each["update"] for each in await watch.told("source.changed")] == [None]


async def test_a_page_is_read_as_often_as_anybody_asks(watch: Watch) -> None:
    slow, fast = await watch.publish("a"), await watch.publish("b")
    first = await watch.name(slow, every_hours=48)
    await watch.read(says("Un"))
    second = await watch.name(fast, every_hours=6)
    sooner = (await watch.source(first.id)).next_read_at
    async with watch.open() as session:
        await remove_source(
            session, watch.caller, second.id, expected_version=None, now=watch.stage.now
        )
    [page] = await watch.stage.rows(WatchedPage)

    assert sooner == NOW + timedelta(hours=6)
    assert page.every_hours == 48


async def test_another_pace_is_kept_and_a_wish_reads_at_once(watch: Watch) -> None:
    made = await watch.name(await watch.publish())
    await watch.read(says("Un"))
    async with watch.open() as session:
        command = ChangeSource(every_hours=2)
        ids = watch.caller, made.id
        changed = await change_source(session, *ids, command, expected_version=1, now=NOW)
    async with watch.open() as session:
        pulled = await pull_source(session, *ids, now=NOW)

    assert changed.next_read_at == NOW + timedelta(hours=2)
    assert pulled.next_read_at == NOW + timedelta(seconds=10)


async def test_a_page_on_which_nothing_rests_is_forgotten(watch: Watch) -> None:
    made = await watch.name(await watch.publish())

    async with watch.open() as session:
        await remove_source(session, watch.caller, made.id, expected_version=None, now=NOW)

    assert await watch.stage.rows(WatchedPage) == []


async def test_a_page_whose_posts_are_gone_is_forgotten_when_it_is_due(watch: Watch) -> None:
    await watch.name(await watch.publish())
    async with watch.open() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("DELETE FROM sources")

    await watch.read(says("Un"))

    assert await watch.stage.rows(WatchedPage) == []


class Failing:
    """A way out that fails."""

    def __init__(self, error: NetworkError) -> None:
        self.error = error

    async def __call__(self, _: Call) -> Reply:
        raise self.error


async def test_trouble_is_told_once_and_tried_later_and_later(watch: Watch) -> None:
    made = await watch.name(await watch.publish())
    await watch.read(says("Un"))
    broken = Failing(Unavailable("Away.", said="503"))

    await watch.read_by(broken, DAY)
    first = await watch.source(made.id)
    await watch.read_by(broken, timedelta(minutes=15))
    second = await watch.source(made.id)

    assert first.problem is not None
    assert (first.problem.code, first.problem.acting_party) == ("network.unavailable", "network")
    assert (first.state, first.excerpt) == ("troubled", "Un")
    assert second.next_read_at == watch.stage.now + timedelta(minutes=30)
    assert second.problem == first.problem
    assert len(await watch.told("source.troubled")) == 1
    await watch.read(says("Un"), after=timedelta(minutes=30))
    assert (await watch.source(made.id)).problem is None
    assert len(await watch.told("source.recovered")) == 1
    assert await watch.stage.rows(Update) == []


async def test_after_many_failures_a_person_must_act(watch: Watch) -> None:
    made = await watch.name(await watch.publish())
    for _ in range(5):
        await watch.read_by(Failing(Unavailable("Away.")), DAY)

    problem = (await watch.source(made.id)).problem

    assert problem is not None
    assert (problem.acting_party, problem.since) == ("user", NOW + DAY)
    parties = [each["acting_party"] for each in await watch.told("source.troubled")]
    assert parties == ["network", "user"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "network.missing"), (403, "network.refused"), (500, "network.unavailable")],
)
async def test_what_a_server_refuses_is_told_with_its_code(
    watch: Watch, status: int, code: str
) -> None:
    made = await watch.name(await watch.publish())

    await watch.read(Exchange(method="GET", path="/tarifs", status=status))

    problem = (await watch.source(made.id)).problem
    assert problem is not None
    assert problem.code == code


async def test_an_address_inside_the_house_is_told_to_a_person(watch: Watch) -> None:
    made = await watch.name(await watch.publish())
    inside = Refused("Not this one.", code="outbound.address_refused")

    await watch.read_by(Failing(inside))

    problem = (await watch.source(made.id)).problem
    assert problem is not None
    assert (problem.code, problem.acting_party) == ("outbound.address_refused", "user")


async def test_a_lost_lease_records_nothing(watch: Watch) -> None:
    made = await watch.name(await watch.publish())

    class Slow:
        async def __call__(self, call: Call) -> Reply:
            async with watch.open() as session:
                connection = await session.connection()
                await connection.exec_driver_sql("UPDATE watched_pages SET act_at = now()")
            return Reply(200, {"content-type": "text/html"}, b"Un", call.url)

    await watch.read_by(Slow())

    assert (await watch.source(made.id)).read_at is None


async def test_a_post_names_a_page_once_and_not_endlessly_many(watch: Watch) -> None:
    post_id = await watch.publish()
    await watch.name(post_id)
    with pytest.raises(AlreadyExists):
        await watch.name(post_id)
    for number in range(1, MOST_SOURCES):
        await watch.name(post_id, url=f"{URL}/{number}")

    with pytest.raises(NotAllowedNow):
        await watch.name(post_id, url=f"{URL}/more")

    assert len(await watch.stage.rows(WatchedPage)) == MOST_SOURCES


async def changed(watch: Watch, *urls: str) -> UUID:
    """A post all whose sources changed."""
    post_id = await watch.publish()
    for url in urls:
        await watch.name(post_id, url=f"https://example.org/{url}")
    for text in ("Un", "Deux"):

        async def answer(call: Call, said: str = text) -> Reply:
            return Reply(200, {"content-type": "text/plain"}, said.encode(), call.url)

        await watch.read_by(answer, DAY)
    return post_id


async def test_a_dismissed_change_leaves_the_post_fresh_once_none_waits(watch: Watch) -> None:
    post_id = await changed(watch, "a", "b")
    stale = []
    for row in await watch.stage.rows(Update):
        async with watch.open() as session:
            await dismiss_update(
                session,
                watch.caller,
                row.id,
                DismissUpdate(words="Sans effet."),
                expected_version=None,
                now=watch.stage.now,
            )
        stale.append(await watch.stale_for(post_id))

    assert stale == [["source_changed"], []]


async def test_what_still_holds_is_confirmed_for_all_sources(watch: Watch) -> None:
    post_id = await changed(watch, "a", "b")

    async with watch.open() as session:
        await confirm_upkeep(session, watch.caller, post_id, ConfirmUpkeep(), now=watch.stage.now)

    assert await watch.stale_for(post_id) == []
    assert [row.state for row in await watch.stage.rows(Update)] == ["dismissed"] * 2


async def test_an_update_that_is_done_leaves_the_post_fresh(watch: Watch) -> None:
    post_id = await changed(watch, "a")
    [row] = await watch.stage.rows(Update)
    copies = [{"delivery_id": each.id, "way": "leave"} for each in await watch.stage.rows(Delivery)]
    command = ChangeUpdate.model_validate({"copies": copies})
    async with watch.open() as session:
        ids = watch.caller, row.id
        await change_update(session, *ids, command, expected_version=None, now=watch.stage.now)
        done = await approve_update(session, *ids, expected_version=None, now=watch.stage.now)

    assert done.state == "done"
    assert await watch.stale_for(post_id) == []


async def test_a_person_is_asked_only_once_one_must_act(watch: Watch) -> None:
    made = await watch.name(await watch.publish())
    away = Exchange(method="GET", path="/tarifs", status=503)
    since = []
    for _ in range(PATIENCE):
        await watch.read(away, after=DAY)
        since.append((await watch.stage.rows(WatchedPage))[0].troubled_at)
    patient = watch.stage.now
    await watch.read(says("Un"), after=DAY)
    well = (await watch.stage.rows(WatchedPage))[0].troubled_at
    await watch.read(Exchange(method="GET", path="/tarifs", status=410), after=DAY)

    found = await watch.source(made.id)
    assert since == [None] * (PATIENCE - 1) + [patient]
    assert well is None
    assert [row.troubled_at for row in await watch.stage.rows(WatchedPage)] == [watch.stage.now]
    assert found.problem is not None
    assert (found.problem.code, found.problem.remedy) == (
        "network.missing",
        "Name the page that took its place, and remove this source.",
    )
