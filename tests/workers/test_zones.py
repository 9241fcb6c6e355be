"""Plans of every workspace follow new rules of zones, found by a worker that starts."""

from arq.connections import ArqRedis

from domain.kernel.clock import zone_rules
from domain.kernel.database import Database
from domain.kernel.settings import Settings
from tests.domain.zones.test_service import NEW, NO_SUMMER, SUMMER, Desk, utc
from tests.networks.scripted import ScriptedHttp
from tests.rules_of_zones import new_rules
from tests.workers.world import make_context
from tests.world import make_workspace
from workers.zones import CRON, keep_zones


async def test_every_workspace_is_looked_at_batch_by_batch(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    context = make_context(settings, database, redis, ScriptedHttp([]))
    desks = [await Desk(database, await make_workspace(database)).open() for _ in range(2)]
    posts = [(desk, await desk.scheduled(SUMMER)) for desk in desks]

    with new_rules(NEW, NO_SUMMER):
        assert zone_rules() == NEW
        await keep_zones({"context": context})
        await context.slots.drain(20)

    for desk, id_ in posts:
        assert (await desk.post(id_)).publish_at == utc("2027-06-01T08:00:00")
        assert (await desk.delivery(id_)).act_at == utc("2027-06-01T08:00:00")


def test_a_worker_looks_when_it_starts() -> None:
    assert [job.run_at_startup for job in CRON] == [True]
