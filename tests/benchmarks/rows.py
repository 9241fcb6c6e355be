"""Inside PostgreSQL alone: what row-level security costs, and what counting beforehand saves."""

import json
import sys
import time
from datetime import UTC, date, datetime, timedelta
from statistics import median

import asyncpg

from domain.kernel.caller import worker
from domain.mentions.inbox import BY_STATUS, HIGHEST, LATEST
from domain.metrics.series import SeriesQuery, read_series
from domain.metrics.words import ENGAGEMENT_PARTS, GroupBy, MetricKey
from tests.benchmarks.asgi import no_reset
from tests.benchmarks.bench import Bench
from tests.benchmarks.load import Loaded
from tests.benchmarks.reads import SERIES_DAYS

CALLS, TURNS = 100, 15
READ_BY_INBOX = ("mentions", "event_counters")
SUMMED = """
WITH closed AS (
    SELECT DISTINCT ON (subject_id, metric, day) network, subject_id, metric, day, total
      FROM (SELECT *, (sampled_at AT TIME ZONE 'UTC')::date AS day FROM samples
             WHERE workspace_id = $1 AND community_id = $2 AND metric = ANY ($5)
               AND sampled_at >= $3::timestamptz - interval '1 day'
               AND sampled_at < $4::timestamptz) s
     ORDER BY subject_id, metric, day, sampled_at DESC
), moved AS (
    SELECT network, day, total - coalesce(lag(total) OVER (
           PARTITION BY subject_id, metric ORDER BY day), 0) AS change FROM closed
)
SELECT network, day, sum(change)::bigint AS change FROM moved
 WHERE day >= ($3::timestamptz AT TIME ZONE 'UTC')::date GROUP BY network, day
"""


async def measure_rows(bench: Bench, loaded: Loaded) -> None:
    owner = await asyncpg.connect(bench.stage.owner_url)
    app = await asyncpg.connect(bench.stage.app_url)
    try:
        await _measure_security(bench, loaded, owner, app)
        summed_s, rows = await _summed(app, loaded, *_window())
    finally:
        await owner.close()
        await app.close()
    counted_s, body = await _counted(bench, loaded, *_window())
    shown = sum(each or 0 for line in json.loads(body)["series"] for each in line["values"])
    if shown != sum(row["change"] for row in rows):
        sys.exit("bench: counted and summed engagement differ.")
    bench.ratio("series counted ÷ summed on the fly", summed_s / counted_s, 200)
    bench.at_most("series counted, one caller", counted_s * 1000, None, "ms")
    bench.at_most("series summed on the fly, one caller", summed_s * 1000, None, "ms")


def _window() -> tuple[date, date]:
    last_on = datetime.now(UTC).date() - timedelta(days=1)
    return last_on - timedelta(days=SERIES_DAYS - 1), last_on


async def _measure_security(
    bench: Bench, loaded: Loaded, owner: asyncpg.Connection, app: asyncpg.Connection
) -> None:
    """The application's own read with the policies of the tables it reads, and without them.

    As the owner, whom policies pass by, the same function takes longer than as the application
    under them: roles cannot be compared.
    """
    took_s: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    try:
        for turn in range(bench.some(TURNS)):
            for how in sorted(took_s, reverse=turn % 2 == 0):
                await _protect(owner, how)
                took_s[how].append(await _inbox_s(bench, loaded, app))
    finally:
        await _protect(owner, "ENABLE")
    pairs = zip(took_s["ENABLE"], took_s["DISABLE"], strict=True)
    cost = median(one / other for one, other in pairs)
    bench.at_most("inbox page, time with ÷ without row-level security", cost, 1.1, "x")
    bench.at_most("inbox page, one caller", median(took_s["ENABLE"]) * 1000, None, "ms")


async def _protect(owner: asyncpg.Connection, how: str) -> None:
    for table in READ_BY_INBOX:
        await owner.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")


async def _inbox_s(bench: Bench, loaded: Loaded, app: asyncpg.Connection) -> float:
    """Seconds a page, once the plans of the new rules are made."""
    arguments = (loaded.workspace_id, "open", "mastodon", LATEST, HIGHEST, 50)
    await app.fetchrow(BY_STATUS, *arguments)
    calls = bench.some(CALLS)
    started = time.perf_counter()
    for _ in range(calls):
        await app.fetchrow(BY_STATUS, *arguments)
    return (time.perf_counter() - started) / calls


async def _counted(
    bench: Bench, loaded: Loaded, first_on: date, last_on: date
) -> tuple[float, str]:
    query = SeriesQuery(
        metrics=(MetricKey.ENGAGEMENTS,),
        community_ids=(loaded.community_id,),
        group_by=GroupBy.NETWORK,
        first_on=first_on,
        last_on=last_on,
    )
    took_s, body = [], ""
    caller, now = worker(loaded.workspace_id), datetime.now(UTC)
    async with asyncpg.create_pool(bench.stage.app_url, min_size=1, reset=no_reset) as reads:
        for _ in range(bench.some(CALLS)):
            started = time.perf_counter()
            body = await read_series(reads, caller, query, now=now)
            took_s.append(time.perf_counter() - started)
    return median(took_s), body


async def _summed(
    app: asyncpg.Connection, loaded: Loaded, first_on: date, last_on: date
) -> tuple[float, list[asyncpg.Record]]:
    since = datetime(first_on.year, first_on.month, first_on.day, tzinfo=UTC)
    until = datetime(last_on.year, last_on.month, last_on.day, tzinfo=UTC) + timedelta(days=1)
    parts = [str(part) for part in ENGAGEMENT_PARTS]
    took_s, rows = [], []
    for _ in range(5):
        async with app.transaction():
            await app.execute(
                "SELECT set_config('parvis.workspace', $1, true)", str(loaded.workspace_id)
            )
            started = time.perf_counter()
            rows = await app.fetch(
                SUMMED, loaded.workspace_id, loaded.community_id, since, until, parts
            )
            took_s.append(time.perf_counter() - started)
    return median(took_s), rows
