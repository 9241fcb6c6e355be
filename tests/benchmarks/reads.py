"""The reads: Parvis beside the bare application, taking turns, answering the same bytes."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.kernel.ids import show
from tests.benchmarks.bare import TAG
from tests.benchmarks.bench import Bench, System
from tests.benchmarks.load import Loaded
from tests.benchmarks.report import rate_ratio

SERIES_DAYS = 90
WINDOW_DAYS = 300
INBOX = "/v1/mentions?status=open&network=mastodon&limit=50"


@dataclass(frozen=True)
class Read:
    """A workload; what it must reach beside the limit, None where nothing is asked of it."""

    name: str
    paths: Sequence[str]
    target: float | None
    most_cpu_ms: float | None = None


def series_path(loaded: Loaded) -> str:
    last_on = datetime.now(UTC).date() - timedelta(days=1)
    first_on = last_on - timedelta(days=SERIES_DAYS - 1)
    return (
        f"/v1/metrics/series?metric=engagements&group_by=network&from={first_on}&to={last_on}"
        f"&community_id={show('com', loaded.community_id)}"
    )


def window_path() -> str:
    """A page of 500 entries, among all the posts of the workspace."""
    until = datetime.now(UTC).date()
    since = until - timedelta(days=WINDOW_DAYS)
    return f"/v1/entries?since={since}T00:00:00Z&until={until}T00:00:00Z&limit=500"


def read_workloads(loaded: Loaded) -> list[Read]:
    ids = [f"/v1/mentions/{show('men', id_)}" for id_ in loaded.mention_ids]
    return [
        Read("inbox page", [INBOX], 0.70, most_cpu_ms=1.0),
        Read("mention by id", ids, 0.60, most_cpu_ms=0.40),
        Read("calendar window, 500 entries", [window_path()], 0.70),
        Read("90-day series", [series_path(loaded)], 0.95),
        Read("search", [f"/v1/mentions?q={loaded.word}&limit=50"], 0.95),
    ]


def measure_reads(bench: Bench, parvis: System, bare: System, loaded: Loaded) -> None:
    for read in read_workloads(loaded):
        _ensure_same(parvis, bare, read.paths[0])
        limit, ours = bench.side_by_side(
            read.name, [(bare, bare.asked(read.paths)), (parvis, parvis.asked(read.paths))]
        )
        bench.ratio(f"{read.name} ÷ bare limit", rate_ratio(ours, limit), read.target)
        if read.most_cpu_ms is not None and ours.cpu_ms is not None:
            bench.at_most(f"{read.name}, CPU of api and PG", ours.cpu_ms, read.most_cpu_ms, "ms")
    _measure_not_modified(bench, parvis, bare)


def _measure_not_modified(bench: Bench, parvis: System, bare: System) -> None:
    """The inbox page again, by readers who have it already; the limit looks nowhere at all."""
    tag = parvis.get(INBOX).headers["etag"]
    asked = [(parvis, parvis.asked([INBOX]))]
    for system, known in ((parvis, ("If-None-Match", tag)), (bare, ("If-None-Match", TAG))):
        if system.get(INBOX, known).status_code != 304:
            sys.exit(f"bench: the inbox page of {system.name} did not answer 304 to its own ETag.")
        asked.append((system, system.asked([INBOX], known)))
    whole, unchanged, limit = bench.side_by_side("inbox page, unchanged (304)", asked)
    bench.ratio("inbox 304 ÷ 200", rate_ratio(unchanged, whole), 8)
    bench.ratio("inbox 304 ÷ bare limit", rate_ratio(unchanged, limit))
    bench.ratio("bare 304 ÷ inbox 200, the most there can be", rate_ratio(limit, whole))


def _ensure_same(one: System, other: System, path: str) -> None:
    """Two systems that answer different bytes do not do the same work, and nothing is no work."""
    first, second = one.get(path), other.get(path)
    if first.status_code != 200 or first.content != second.content:
        sys.exit(f"bench: {one.name} and {other.name} answer {path} differently.")
    if b'"data":[]' in first.content:
        sys.exit(f"bench: {path} finds nothing.")
