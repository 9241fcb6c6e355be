"""The composition root of the workers: one process runs a timer and an Arq worker."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from arq import Worker, cron
from redis.exceptions import RedisError

from domain.connector.versions import ensure_known
from domain.kernel.database import Database
from domain.kernel.ending import end_within
from domain.kernel.logs import set_up_logs
from domain.kernel.memory import keep_out_of_collections
from domain.kernel.nudges import QUEUE, Nudges, open_queue, pack, tell_if_away, unpack
from domain.kernel.reaching import ENGINE_FAULTS, is_away, reason_of
from domain.kernel.rings import kept_ring
from domain.kernel.settings import Settings
from domain.kernel.tracing import set_up_traces
from domain.media.storage import MediaStore
from domain.networks import all_connectors
from workers import (
    accounts,
    clocks,
    consents,
    housekeeping,
    imports,
    mail,
    mentions,
    metrics,
    notices,
    occasions,
    posts,
    probing,
    providers,
    reading_back,
    recurrences,
    rendering,
    reviews,
    sources,
    upkeep,
    uploads,
    zones,
)
from workers.budget import Budgets
from workers.context import Context
from workers.http import OutwardHttp
from workers.outbox import Outbox
from workers.renewals import end_renewals
from workers.slots import Slots
from workers.timekeeping import kept_clock
from workers.timer import Handlers, Timer, run_due

log = structlog.get_logger()
HANDLERS: Handlers = {
    "deliver": posts.deliver_due,
    "connect": accounts.connect_due,
    "check": accounts.check_due,
    "consent": consents.consent_due,
    "read": mentions.read_due,
    "measure": metrics.measure_due,
    "read_back": reading_back.read_back_due,
    "mail": mail.send_due,
    "enter": providers.enter_due,
    "recur": recurrences.recur_due,
    "subscribe": occasions.subscribe_due,
    "near": occasions.near_due,
    "import": imports.import_due,
    "notice": notices.notice_due,
    "probe": probing.probe_due,
    "render": rendering.render_due,
    "advance": clocks.advance_due,
    "take_in": uploads.take_in_due,
    "remind": reviews.remind_due,
    "ask_again": reviews.ask_again_due,
    "keep_up": upkeep.keep_up_due,
    "carry_on": upkeep.carry_on_due,
    "watch": sources.watch_due,
    "tell": sources.tell_due,
}
JOBS = (*housekeeping.JOBS, *metrics.JOBS)
DRAIN_S = 3.0
RENEWALS_S = 1.5
"""More for grants that are being renewed: both are over before `end_within` is."""
JOB_TIMEOUT_S = 30
# Above everything that can be in flight, or jobs in progress hide the ones behind them.
READ_LIMIT = 1000


async def sweep(ctx: dict[str, Any]) -> int:
    """Finds what a lost nudge left."""
    try:
        return await run_due(ctx["context"], HANDLERS)
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("sweep.engine_away", reason=reason_of(error))
        return 0


CRON = (
    cron(sweep, second={0, 15, 30, 45}),
    *housekeeping.CRON,
    *mentions.CRON,
    *metrics.CRON,
    *zones.CRON,
)


@asynccontextmanager
async def open_context(settings: Settings) -> AsyncIterator[Context]:
    """Connects one worker process; closes everything at its end. Raises `VersionUnknown`."""
    ensure_known(settings.network_versions, all_connectors().values())
    redis = open_queue(settings.redis_url.get_secret_value())
    database = await Database.open(
        settings.database_url.get_secret_value(),
        Nudges(redis),
        pool_size=settings.database_pool_size,
        read_pool_size=settings.read_pool_size,
        statement_cache_size=settings.statement_cache_size,
    )
    http = OutwardHttp(
        allow=(*settings.outbound_allow, settings.sandbox_root),
        timeout_s=settings.outbound_timeout_s,
        max_bytes=settings.outbound_max_bytes,
        user_agent=f"Parvis (+{settings.public_url})",
    )
    try:
        async with (
            kept_ring(settings, Nudges(redis)) as keys,
            kept_clock(database.reads) as clock,
        ):
            yield Context(
                settings=settings,
                database=database,
                redis=redis,
                keys=keys,
                http=http,
                budgets=Budgets(redis, clock),
                clock=clock,
                slots=Slots(settings.worker_jobs),
                studio=Slots(1),
                media=MediaStore.of(settings),
                outbox=Outbox(settings.worker_jobs),
            )
    finally:
        await http.aclose()
        await database.close()
        await redis.aclose()


async def work(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT; then claims nothing more and ends what runs."""
    set_up_logs(settings.log_level, as_json=settings.log_json)
    set_up_traces(settings.otlp_endpoint, "parvis-workers")
    async with open_context(settings) as context:
        await tell_if_away(context.redis)
        keep_out_of_collections()
        log.info("workers.started", worker=context.worker_id.hex, jobs=context.settings.worker_jobs)
        timer = Timer(context, HANDLERS)
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        kept_up = (timer.run(), _keep_leases(context), _run_jobs(context))
        running = [asyncio.create_task(each) for each in kept_up]
        await stopping.wait()
        end_within()
        timer.stop()
        left, *_ = await asyncio.gather(
            context.outbox.stop(DRAIN_S),
            context.slots.drain(DRAIN_S),
            context.studio.drain(DRAIN_S),
        )
        with suppress(*ENGINE_FAULTS):
            await posts.give_back(context, left)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await end_renewals(RENEWALS_S)
        log.info("workers.stopped", worker=context.worker_id.hex)


async def _keep_leases(context: Context) -> None:
    """Three times in each lease: one may fail and the next still comes in time."""
    while True:
        await asyncio.sleep(context.settings.lease_s / 3)
        with suppress(*ENGINE_FAULTS):
            await posts.keep_leases(context)


async def _run_jobs(context: Context) -> None:
    """Arq, begun again whenever the queue was away: its worker ends when Redis does."""
    while True:
        try:
            await arq_worker(context).async_run()
        except (RedisError, OSError) as error:
            log.warning("jobs.queue_away", reason=type(error).__name__)
        await asyncio.sleep(1)


def arq_worker(context: Context) -> Worker:
    """Arq's worker, with every job and nothing that outlives one."""
    return Worker(
        functions=list(JOBS),
        cron_jobs=list(CRON),
        redis_pool=context.redis,
        queue_name=QUEUE,
        handle_signals=False,
        max_jobs=context.settings.worker_jobs,
        job_timeout=JOB_TIMEOUT_S,
        keep_result=0,
        queue_read_limit=READ_LIMIT,
        health_check_interval=15,
        job_serializer=pack,
        job_deserializer=unpack,
        ctx={"context": context},
    )
