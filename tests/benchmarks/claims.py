"""Claims: one worker takes due posts of one workspace in batches until none is left."""

import time
from datetime import UTC, datetime, timedelta

from domain.kernel.caller import worker
from domain.kernel.ids import new_id
from domain.posts.delivering import claim_due
from tests.benchmarks.bench import Bench
from tests.benchmarks.copying import Desk
from tests.benchmarks.report import batches_line
from tests.benchmarks.usage import Meter, Ourselves
from tests.world import WORKER

CLAIMED_AT_ONCE = 100
DUE = 20_000
LEASE = timedelta(seconds=60)
TARGET_PER_S = 10_000
MAKE_DUE = """
INSERT INTO deliveries (workspace_id, id, version, created_at, updated_at, kind, account_id, state,
                        due_at, act_at, content, checkpoint, attempts, look_ups, refs)
SELECT $1, made.id, 1, now(), now(), 'publish', $2, 'waiting', now(), now(),
       '{"parts": ["Bonjour"]}', '{}', 0, 0, '[]'
  FROM unnest($3::uuid[]) AS made (id)
"""


async def measure_claims(bench: Bench, desk: Desk) -> None:
    due = bench.some(DUE)
    ids = [new_id() for _ in range(due)]
    await desk.owner.execute(MAKE_DUE, desk.workspace_id, desk.account_id, ids)
    await desk.owner.execute("ANALYZE deliveries")
    took_s: list[float] = []
    meter = Meter(Ourselves(), bench.postgres)
    with meter.running():
        while True:
            started = time.perf_counter()
            if not await _claim(desk):
                break
            took_s.append(time.perf_counter() - started)
    name = "claims of due posts"
    bench.lines.append(batches_line(name, "Parvis", CLAIMED_AT_ONCE, took_s, *meter.spent_s))
    bench.ratio(name, due / sum(took_s), TARGET_PER_S, "/s")
    bench.say(f"{name}: {due / sum(took_s):,.0f}/s")
    await desk.owner.execute("DELETE FROM deliveries WHERE act_at IS NOT NULL")


async def _claim(desk: Desk) -> int:
    caller = worker(desk.workspace_id)
    async with desk.state.database.transaction(desk.workspace_id) as session:
        now = datetime.now(UTC)
        rows = await claim_due(
            session, [caller.workspace_id], by=WORKER, now=now, lease=LEASE, most=CLAIMED_AT_ONCE
        )
    return len(rows)
