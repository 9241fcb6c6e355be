from datetime import timedelta

from arq.connections import ArqRedis

from domain.ideas.candidate_queries import CandidateFilter, list_candidates
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.pages import PageRequest
from domain.kernel.settings import Settings
from tests.conftest import NOW
from tests.domain.accounts.build import make_connecting
from tests.networks.feed.documents import RSS, URL
from tests.networks.scripted import Exchange, ScriptedHttp
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.accounts import connect_due
from workers.mentions import read_due

AS_RSS = {"content-type": "application/rss+xml"}
NEWER = "<item><title>Le gel ?</title><link>/gel</link><guid>gel</guid></item></channel>"


async def test_what_a_feed_holds_and_what_it_brings_later_are_candidates(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    workspace_id = await make_workspace(database)
    await make_connecting(database, workspace_id, network="feed", login={"url": URL})
    pages = [RSS, RSS, RSS.replace("</channel>", NEWER)]
    http = ScriptedHttp(
        [Exchange(method="GET", path="/feed", headers=AS_RSS, text=page) for page in pages]
    )
    context = make_context(settings, database, redis, http)

    async def titles() -> list[str]:
        async with database.transaction(workspace_id) as session:
            page = await list_candidates(
                session, worker(workspace_id), PageRequest(), where=CandidateFilter()
            )
        return sorted(each.title or "" for each in page.data)

    await connect_due(context, workspace_id, now=NOW)
    await context.slots.drain(20)
    await read_due(context, workspace_id, now=NOW)
    await context.slots.drain(20)
    first = await titles()
    await read_due(context, workspace_id, now=NOW + timedelta(hours=2))
    await context.slots.drain(20)

    http.assert_finished()
    assert first == ["First", "Second bread"]
    assert await titles() == ["First", "Le gel ?", "Second bread"]
