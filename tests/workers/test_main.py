"""The composition root of the workers."""

from arq.connections import ArqRedis

from domain.kernel.database import Database
from domain.kernel.nudges import QUEUE
from domain.kernel.settings import Settings
from tests.networks.scripted import ScriptedHttp
from tests.workers.world import make_context
from workers.main import CRON, JOBS, arq_worker


async def test_arq_knows_every_job_and_keeps_nothing_of_them(
    settings: Settings, database: Database, redis: ArqRedis
) -> None:
    worker = arq_worker(make_context(settings, database, redis, ScriptedHttp([])))

    assert set(worker.functions) == {
        *(job.__name__ for job in JOBS),
        *(job.name for job in CRON),
    }
    assert worker.queue_name == QUEUE
    assert worker.keep_result_s == 0
    assert worker.queue_read_limit > worker.max_jobs


async def test_every_cron_job_runs_at_least_hourly_and_once_for_all_workers() -> None:
    assert {job.coroutine.__qualname__: job.unique for job in CRON} == {
        "sweep": True,
        "trim": True,
        "keep_months": True,
        "keep_metrics": True,
        "keep_zones": True,
    }
    assert [job.hour for job in CRON] == [None] * len(CRON)
