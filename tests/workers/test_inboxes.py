from datetime import timedelta
from uuid import UUID

from arq.connections import ArqRedis
from pydantic import JsonValue
from sqlmodel import select

from domain.accounts.tables import Account
from domain.connector.words import Grant, Profile
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from domain.mentions.tables import Mention
from tests.conftest import NOW
from tests.domain.accounts.build import make_connected, row_of
from tests.networks.feed.documents import RSS, URL
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.accounts import check_due
from workers.context import Context
from workers.mentions import LEASE, read_due

AS_RSS = {"content-type": "application/rss+xml"}
READ = Exchange(method="GET", path="/feed", headers=AS_RSS, text=RSS)
DAY = timedelta(days=1)


async def follow(database: Database, workspace_id: UUID) -> UUID:
    return await make_connected(
        database,
        workspace_id,
        Grant("public"),
        network="feed",
        login={"url": URL},
        server=URL,
        profile=Profile(URL, "blog.example/feed"),
    )


async def play(database: Database, workspace_id: UUID) -> UUID:
    return await make_connected(
        database,
        workspace_id,
        Grant("token"),
        network="sandbox",
        login={"handle": "ana", "token": "secret"},
    )


def told(number: int, *, has_more: bool) -> JsonValue:
    """A page of one notice, of an hour before."""
    notice: JsonValue = {
        "number": number,
        "kind": "follow",
        "person": f"person{number}",
        "about": None,
        "post": None,
        "is_deleted": False,
        "created_at": (NOW - timedelta(hours=1)).isoformat(),
    }
    return {"data": [notice], "next": number, "has_more": has_more}


def answered(status: int) -> Exchange:
    return Exchange(method="GET", path="/feed", status=status)


async def read(context: Context, workspace_id: UUID, id_: UUID) -> Account:
    await read_due(context, workspace_id, now=context.clock())
    await context.slots.drain(20)
    return await row_of(context.database, workspace_id, id_)


async def check(context: Context, workspace_id: UUID, id_: UUID) -> Account:
    await check_due(context, workspace_id, now=context.clock())
    await context.slots.drain(20)
    return await row_of(context.database, workspace_id, id_)


async def test_a_feed_that_is_gone_is_read_no_more_and_looked_for_once_a_day(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await follow(database, workspace_id)
    script = ScriptedHttp([answered(410), answered(410), READ])
    now = [NOW]
    context = make_context(settings, database, redis, script, lambda: now[0])

    gone = await read(context, workspace_id, id_)
    problem = gone.problem or {}
    now[0] += DAY
    still = await check(context, workspace_id, id_)
    now[0] += DAY
    back = await check(context, workspace_id, id_)

    script.assert_finished()
    assert (gone.state, gone.read_at, gone.check_at) == ("action_required", None, NOW + DAY)
    assert (problem["code"], problem["said"]) == ("network.feed_gone", "410")
    assert problem["message"] == (
        "The feed's server says that it is gone for good. Remove the account, and connect the feed "
        "that took its place, if any, as one of its own."
    )
    assert (still.state, still.read_at, still.check_at) == ("action_required", None, NOW + 2 * DAY)
    assert (back.state, back.read_at, back.problem) == ("connected", NOW + 2 * DAY, None)


async def test_a_feed_in_trouble_is_left_alone_longer_than_one_that_answers(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await follow(database, workspace_id)
    context = make_context(settings, database, redis, ScriptedHttp([answered(404)]))

    row = await read(context, workspace_id, id_)

    assert (row.state, row.read_at) == ("connected", NOW + timedelta(minutes=20))


async def test_a_slow_inbox_is_left_at_a_page_before_another_may_claim_it(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await play(database, workspace_id)
    pages: list[JsonValue] = [{"data": [], "next": number, "has_more": True} for number in (7, 8)]
    script = ScriptedHttp(
        [Exchange(method="GET", path="/v1/notices", json_=each) for each in pages]
    )
    context = make_context(
        settings, database, redis, script, lambda: NOW + LEASE * 0.45 * len(script.calls)
    )

    row = await read(context, workspace_id, id_)

    script.assert_finished()
    shortest = timedelta(seconds=settings.poll_min_s)
    assert (row.inbox_cursor, row.read_at) == ("8", NOW + LEASE * 0.9 + shortest)


async def test_old_news_that_a_first_reading_left_for_the_next_waits_for_nobody(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    id_ = await play(database, workspace_id)
    pages = [*(told(number, has_more=True) for number in range(1, 21)), told(21, has_more=False)]
    script = ScriptedHttp(
        [Exchange(method="GET", path="/v1/notices", json_=each) for each in pages]
    )
    now = [NOW]
    context = make_context(settings, database, redis, script, lambda: now[0])

    cut = await read(context, workspace_id, id_)
    first = cut.last_read_at
    now[0] += DAY
    whole = await read(context, workspace_id, id_)

    script.assert_finished()
    assert (first, whole.last_read_at) == (None, NOW + DAY)
    async with database.transaction(workspace_id) as session:
        statuses = (await session.exec(select(Mention.status))).all()
    assert statuses == ["archived"] * 21
