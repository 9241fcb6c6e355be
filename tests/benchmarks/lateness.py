"""How late posts go out: from the due moment to the claim, and to the call at the network.

A real worker speaks to `tests.benchmarks.network`. A trigger notes the moment of each claim as
PostgreSQL sees it; the network notes when each call was there.
"""

import asyncio
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

import asyncpg
import httpx2

from domain.kernel.ids import new_id
from domain.kernel.nudges import DUE_CHANNEL, open_queue
from tests.benchmarks.bench import Bench
from tests.benchmarks.house import House, count_rows, open_house
from tests.benchmarks.report import Line, each_ms, percentile
from tests.benchmarks.stage import free_port, wait_for
from tests.benchmarks.usage import Meter, Watched

LEAD = timedelta(seconds=2)
SHORT_LEAD = timedelta(seconds=1)
FEW = 200
PATIENCE_S = 60.0
LOOK_AGAIN_S = 0.25


@dataclass(frozen=True)
class Scene:
    """So many posts, due over `over` from the first to the last, and what is asked of them."""

    name: str
    posts: int
    over: timedelta
    claim_ms: float | None = None
    sent_ms: float | None = None
    houses: int = 1
    """Workspaces that they are dealt out among."""

    @property
    def lead(self) -> timedelta:
        """From planning to the first due moment: planning must be over."""
        return SHORT_LEAD if self.posts <= FEW and self.houses == 1 else LEAD

    def with_effort(self, share: float) -> Self:
        """The same with fewer posts in less time."""
        posts, houses = (round(each * share) for each in (self.posts, self.houses))
        return replace(self, posts=max(2, posts), over=self.over * share, houses=max(1, houses))


ACCOUNTS = 50
WARM_UP = Scene("warm-up", 100, timedelta(0))
SCENES = (
    Scene("200 posts over 10 s", 200, timedelta(seconds=10), claim_ms=25, sent_ms=150),
    Scene("1,000 posts in one second", 1000, timedelta(seconds=1), sent_ms=1000),
    Scene("2,000 posts at one instant", 2000, timedelta(0), claim_ms=100),
    Scene("200 posts of 200 workspaces at one instant", 200, timedelta(0), houses=200),
)
# By the row: for whole statements PostgreSQL would plan a join of two tables it knows nothing of,
# which doubled what 2,000 claims take.
NOTE_CLAIMS = """
CREATE TABLE bench_claims (delivery_id uuid, at timestamptz);
CREATE FUNCTION bench_note_claim() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO bench_claims VALUES (NEW.id, clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER bench_note_claim AFTER UPDATE ON deliveries FOR EACH ROW
  WHEN (OLD.state = 'waiting' AND NEW.state = 'going') EXECUTE FUNCTION bench_note_claim()
"""
FORGET_CLAIMS = "DROP FUNCTION bench_note_claim CASCADE; DROP TABLE bench_claims"
SEEN = """
SELECT p.text, d.due_at, d.state, min(c.at) AS claimed_at, d.published_at
  FROM posts p JOIN deliveries d ON d.workspace_id = p.workspace_id AND d.post_id = p.id
  LEFT JOIN bench_claims c ON c.delivery_id = d.id
 WHERE p.workspace_id = ANY ($1) AND p.title = $2 GROUP BY 1, 2, 3, 5
"""
OPEN = "SELECT EXISTS (SELECT FROM deliveries WHERE workspace_id = ANY ($1) AND act_at IS NOT NULL)"


@dataclass(frozen=True)
class Theatre:
    bench: Bench
    owner: asyncpg.Connection
    houses: list[House]
    root: str
    worker: subprocess.Popen[bytes]

    @property
    def workspace_ids(self) -> list[UUID]:
        return [house.workspace_id for house in self.houses]


def measure_lateness(bench: Bench) -> None:
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    network = bench.stage.spawn("network", "tests.benchmarks.network", PORT=str(port))
    wait_for(f"{root}/", network)
    worker = bench.stage.spawn("worker", "workers", SANDBOX_URL=root)
    try:
        asyncio.run(_play(bench, root, worker))
    finally:
        bench.stage.end(worker)
        bench.stage.end(network)


async def _play(bench: Bench, root: str, worker: subprocess.Popen[bytes]) -> None:
    owner = await asyncpg.connect(bench.stage.owner_url)
    await owner.execute(NOTE_CLAIMS)
    try:
        theatre = Theatre(bench, owner, [await open_house(owner, root, ACCOUNTS)], root, worker)
        await _scene(theatre, WARM_UP)
        for scene in (each.with_effort(bench.effort) for each in SCENES):
            lines, claim_ms, sent_ms = await _scene(theatre, scene)
            bench.lines.extend(lines)
            bench.at_most(f"{scene.name}: due to claim, p99", claim_ms, scene.claim_ms, "ms")
            bench.at_most(f"{scene.name}: due to call, p99", sent_ms, scene.sent_ms, "ms")
            bench.say(f"{scene.name}: claimed p99 {claim_ms:.0f} ms, called p99 {sent_ms:.0f} ms")
    finally:
        await owner.execute(FORGET_CLAIMS)
        await owner.close()


async def _scene(theatre: Theatre, scene: Scene) -> tuple[list[Line], float, float]:
    """Its lines, and how late the 99th of a hundred was claimed and called, in milliseconds."""
    title = f"scene-{new_id().hex}"
    while len(theatre.houses) < scene.houses:
        theatre.houses.append(await open_house(theatre.owner, theatre.root, 1))
    first_at = datetime.now(UTC) + scene.lead
    for house in theatre.houses[: scene.houses]:
        each = scene.posts // scene.houses
        await house.plan(theatre.owner, title, each, first_at, scene.over)
    await count_rows(theatre.owner)
    await _nudge(theatre.bench, first_at)
    meter = Meter(Watched(theatre.worker.pid), theatre.bench.postgres)
    with meter.running():
        await _until_done(theatre, scene)
    rows = await theatre.owner.fetch(SEEN, theatre.workspace_ids, title)
    if any(row["state"] != "done" for row in rows):
        sys.exit(f"bench: not every one of the {scene.name} went out.")
    arrivals: dict[str, float] = httpx2.get(f"{theatre.root}/arrivals", timeout=10).json()
    claimed = [_late_ms(row, row["claimed_at"].timestamp()) for row in rows]
    sent = [_late_ms(row, arrivals[row["text"]]) for row in rows]
    recorded = [_late_ms(row, row["published_at"].timestamp()) for row in rows]
    lines = [
        _line(scene, "due to claim", claimed),
        _line(scene, "due to call", sent),
        _line(scene, "due to record", recorded, *meter.spent_s),
    ]
    return lines, percentile(claimed, 0.99), percentile(sent, 0.99)


def _line(
    scene: Scene,
    what: str,
    late_ms: list[float],
    app_s: float | None = None,
    postgres_s: float | None = None,
) -> Line:
    """The rate is that of the whole scene; it cannot be above the one they are due at."""
    took_s = max(max(late_ms) / 1000, scene.over.total_seconds())
    return Line(
        scene.name,
        what,
        scene.posts / took_s,
        percentile(late_ms, 0.5),
        percentile(late_ms, 0.99),
        each_ms([app_s], scene.posts),
        each_ms([postgres_s], scene.posts),
        None,
        0,
    )


def _late_ms(row: asyncpg.Record, at: float) -> float:
    due: float = row["due_at"].timestamp()
    return (at - due) * 1000


async def _nudge(bench: Bench, at: datetime) -> None:
    """What the api says to the workers' timers after a commit."""
    queue = open_queue(bench.stage.redis_url)
    await queue.publish(DUE_CHANNEL, at.isoformat())
    await queue.aclose()


async def _until_done(theatre: Theatre, scene: Scene) -> None:
    """Looks seldom, so as not to be in the way."""
    lasts_s = (scene.lead + scene.over).total_seconds()
    await asyncio.sleep(lasts_s)
    for _ in range(round(PATIENCE_S / LOOK_AGAIN_S)):
        if not await theatre.owner.fetchval(OPEN, theatre.workspace_ids):
            return
        await asyncio.sleep(LOOK_AGAIN_S)
