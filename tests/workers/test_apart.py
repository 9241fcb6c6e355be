"""A row at which work breaks keeps back none behind it, is tried later, and people see it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import select
from structlog.testing import capture_logs

from domain.agenda.queries import list_agenda
from domain.agenda.shapes import AgendaItemView, AgendaKind
from domain.connector.http import Call, Reply
from domain.kernel.pages import PageRequest
from domain.posts.tables import Delivery
from domain.setbacks.rules import PLACES, Work, next_try
from domain.setbacks.tables import Setback
from domain.sources.queries import get_source
from domain.sources.service import create_source
from domain.sources.shapes import CreateSource
from domain.sources.tables import Source, WatchedPage
from domain.upkeep.tables import Update, Upkeep
from migrations.due import WITH_TOLD
from tests.workers.desk import NEW, Desk, published
from tests.workers.stage import Stage, stage
from workers.reading_back import read_back_due
from workers.sources import tell_due, watch_due

__all__ = ["stage"]

SECRET = "pv_secret"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def poison(stage: Stage, statement: str, **values: Any) -> None:
    async with stage.database.transaction(stage.workspace_id) as session:
        connection = await session.connection()
        await connection.execute(text(statement), values)


async def spoil(stage: Stage, post_id: UUID) -> None:
    """What was sent of a post becomes what nobody can read."""
    await poison(
        stage,
        "UPDATE deliveries SET content = CAST(:content AS jsonb) WHERE post_id = :id",
        content=f'["{SECRET}"]',
        id=post_id,
    )


async def mend(stage: Stage, post_id: UUID) -> None:
    await poison(
        stage,
        """UPDATE deliveries SET content = '{"parts": ["a"]}' WHERE post_id = :id""",
        id=post_id,
    )


async def two(stage: Stage) -> tuple[Desk, Desk]:
    """Two posts, both to be checked tomorrow; the first is spoilt."""
    first, second = await published(stage, text="a"), await published(stage, text="b")
    tomorrow = (stage.now + timedelta(days=1)).replace(tzinfo=None)
    await first.set(time_zone="UTC", next_check=tomorrow)
    await second.set(time_zone="UTC", next_check=tomorrow + timedelta(seconds=1))
    await spoil(stage, first.post_id)
    stage.now += timedelta(days=1, seconds=1)
    return first, second


async def agenda(stage: Stage) -> list[AgendaItemView]:
    async with stage.database.transaction(stage.workspace_id) as session:
        found = await list_agenda(
            session,
            Desk(stage, stage.workspace_id).caller,
            PageRequest(10, None),
            kinds=[AgendaKind.WORK_STUCK],
            now=stage.now,
        )
    return found.data


async def setbacks(stage: Stage) -> list[Setback]:
    async with stage.database.transaction(stage.workspace_id) as session:
        return list((await session.exec(select(Setback))).all())


async def test_a_post_at_which_upkeep_breaks_keeps_back_no_other(stage: Stage) -> None:
    first, second = await two(stage)

    with capture_logs() as logs:
        claimed = await first.due()

    assert claimed == 2
    assert (await first.upkeep()).stale_for == []
    assert (await second.upkeep()).stale_for == ["check_due"]
    assert [row.post_id for row in await stage.rows(Update)] == [second.post_id]
    [said] = [each for each in logs if each["event"] == "work.broken"]
    assert (said["work"], said["reason"]) == ("keep_up", "AttributeError")
    assert said["subjects"] == [first.post_id.hex]
    assert said["places"][0].startswith("domain/upkeep/proposing.py:")
    assert SECRET not in str(logs)


async def test_it_is_tried_again_later_and_later_until_people_see_it(stage: Stage) -> None:
    first, _ = await two(stage)
    began_at = stage.now
    seen = []
    for wait in (0, 1, 2):
        stage.now += wait * MINUTE
        await first.due()
        early = await first.due()
        seen.append((early, len(await agenda(stage))))

    [item] = await agenda(stage)
    [told] = await first.told("work.stuck")

    assert seen == [(0, 0), (0, 0), (0, 1)]
    assert (item.post_id, item.title, item.at) == (first.post_id, "a", began_at)
    assert (item.code, item.acting_party) == ("work.broken", "operator")
    assert item.next_at == stage.now + 4 * MINUTE
    assert told == {"work": "keep_up", "code": "work.broken", "since": began_at.isoformat()}


async def test_once_it_goes_well_it_is_told_and_forgotten(stage: Stage) -> None:
    first, _ = await two(stage)
    for wait in (0, 1, 2):
        stage.now += wait * MINUTE
        await first.due()
    await mend(stage, first.post_id)
    stage.now += 4 * MINUTE

    await first.due()

    assert (await first.upkeep()).stale_for == ["check_due"]
    assert await agenda(stage) == []
    assert await setbacks(stage) == []
    assert len(await first.told("work.recovered")) == 1


async def test_what_somebody_took_off_the_workers_hands_is_no_longer_shown(stage: Stage) -> None:
    first, _ = await two(stage)
    for wait in (0, 1, 2):
        stage.now += wait * MINUTE
        await first.due()
    await first.set(next_check=None)
    shown = len(await agenda(stage))
    stage.now += timedelta(hours=2)

    assert await first.due() == 0
    assert (shown, len(await agenda(stage))) == (1, 0)


async def test_an_update_that_breaks_keeps_back_no_other(stage: Stage) -> None:
    first, second = await published(stage, text="a"), await published(stage, text="b")
    for desk in (first, second):
        proposed = await desk.propose(parts=NEW)
        await desk.approve(proposed.id)
    await poison(stage, "UPDATE updates SET reason = 'odd' WHERE post_id = :id", id=first.post_id)

    said = await second.go()

    assert len(said) == 2
    assert [row.state for row in await stage.rows(Update)] == ["approved", "done"]
    [row] = await setbacks(stage)
    assert (row.work, row.post_id, row.reason) == ("carry_on", first.post_id, "ValueError")


async def test_a_post_that_breaks_keeps_no_other_from_hearing_of_a_source(stage: Stage) -> None:
    first, second = await published(stage, text="a"), await published(stage, text="b")
    made = []
    for desk in (first, second):
        command = CreateSource(post_id=desk.post_id, url="https://example.org/tarifs")
        async with desk.open() as session:
            made.append(await create_source(session, desk.caller, command, now=stage.now))
    await spoil(stage, first.post_id)
    await poison(stage, "UPDATE sources SET tell_at = :now", now=stage.now)

    assert await tell_due(stage.context, stage.workspace_id, now=stage.now) == 2

    assert [row.post_id for row in await stage.rows(Update)] == [second.post_id]
    assert [row.tell_at for row in await stage.rows(Source)] == [stage.now + MINUTE, None]
    assert [row.url for row in await stage.rows(WatchedPage)] == ["https://example.org/tarifs"]
    [row] = await setbacks(stage)
    assert (row.work, row.subject_id) == ("tell", made[0].id)


async def test_a_copy_that_breaks_is_asked_for_alone_from_then_on(stage: Stage) -> None:
    account_id = await stage.account()
    posts = [await stage.plan(words, account_id) for words in ("a", "b", "c")]
    await stage.deliver()
    await stage.quiet()
    await spoil(stage, posts[0])
    checked = []
    for wait in (timedelta(seconds=15), MINUTE, 2 * MINUTE):
        stage.now += wait
        await read_back_due(stage.context, stage.workspace_id, now=stage.now)
        await stage.context.slots.drain(10)
        checked.append([row.checked_at is not None for row in await stage.rows(Delivery)])

    assert checked == [[False] * 3, [False, True, True], [False, True, True]]
    assert sorted(len(asked.split()) for asked in stage.network.asked) == [1, 1, 1, 1, 3]
    [item] = await agenda(stage)
    assert (item.post_id, item.delivery_id) == (posts[0], (await stage.rows(Delivery))[0].id)


async def test_a_page_at_which_reading_breaks_is_troubled_and_an_operator_is_asked(
    stage: Stage,
) -> None:
    desk = await published(stage)
    command = CreateSource(post_id=desk.post_id, url="https://example.org/tarifs")
    async with desk.open() as session:
        made = await create_source(session, desk.caller, command, now=stage.now)
    context = replace(stage.context, http=_broken)

    await watch_due(context, stage.workspace_id, now=stage.now)
    await context.slots.drain(10)

    async with desk.open() as session:
        found = await get_source(session, desk.caller, made.id)
    assert (found.state, found.next_read_at) == ("troubled", stage.now + 15 * MINUTE)
    assert found.problem is not None
    assert (found.problem.code, found.problem.acting_party, found.problem.said) == (
        "work.broken",
        "operator",
        "",
    )
    assert len(await desk.told("source.troubled")) == 1


async def _broken(call: Call) -> Reply:
    raise KeyError(call.url, SECRET)


@pytest.mark.parametrize("work", [work for work in Work if PLACES[work].column])
def test_it_is_put_off_where_sweeps_look_for_it(work: Work) -> None:
    place = PLACES[work]

    assert (place.table, place.column) == WITH_TOLD[work][:2]


def test_waits_grow_to_a_day(stage: Stage) -> None:
    waits = [next_try(each, now=stage.now) - stage.now for each in (1, 2, 3, 11, 12, 99)]

    assert waits == [*(each * MINUTE for each in (1, 2, 4, 1024)), DAY, DAY]


async def test_what_is_not_stuck_is_not_stored(stage: Stage) -> None:
    desk = await published(stage)
    await desk.propose()
    await desk.due()

    assert await setbacks(stage) == []
    assert [row.act_at for row in await stage.rows(Upkeep)] == []
    assert len(await stage.rows(Delivery)) == 1
