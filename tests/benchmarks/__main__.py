"""`./parvis bench`: makes a data set, then measures Parvis beside its limits in the same run."""

import argparse
import asyncio
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil
import uvloop

from api.cli.places import as_called
from domain.kernel.memory import keep_out_of_collections
from tests.benchmarks import authentication, graph, lateness, reads, rows, writes
from tests.benchmarks.bench import Bench, start_bare, start_parvis
from tests.benchmarks.driving import Driver
from tests.benchmarks.load import Loaded, Size, count_samples, load
from tests.benchmarks.report import table, targets, write
from tests.benchmarks.stage import Stage, open_stage

PARTS = ("reads", "graph", "authentication", "rows", "writes", "lateness")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    folder = as_called(options.data or Path(tempfile.mkdtemp(prefix="parvis-bench-")))
    started = time.monotonic()
    try:
        with open_stage(folder.resolve()) as stage:
            bench = Bench(stage, Driver(stage.folder), options.seconds, options.effort, _say)
            loaded = _load(stage, Size(options.mentions, options.posts, options.samples))
            _measure(bench, loaded, options.only or PARTS)
    finally:
        if options.data is None:
            shutil.rmtree(folder, ignore_errors=True)
    about = _about(options, bench.driver.name, time.monotonic() - started)
    sys.stdout.write(f"\n{table(bench.lines)}\n\n{targets(bench.ratios)}\n\n")
    sys.stdout.write(" · ".join(f"{name} {value}" for name, value in about.items()) + "\n")
    if options.json:
        write(as_called(options.json), about, bench.lines, bench.ratios)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./parvis bench", description=__doc__)
    add = parser.add_argument
    add("--mentions", type=int, default=200_000, help="how many to make (default 200000)")
    add("--posts", type=int, default=20_000, help="how many to make (default 20000)")
    add("--samples", type=int, default=500_000, help="how many to make (default 500000)")
    add("--seconds", type=float, default=6, help="of each system in each workload (default 6)")
    add("--effort", type=float, default=1.0, help="share of all other calls made (default 1)")
    add("--only", action="append", choices=PARTS, help="only this part; may be repeated")
    add("--data", type=Path, help="folder to keep (default: a temporary one, removed)")
    add("--json", type=Path, help="file for the numbers")
    return parser.parse_args(arguments)


def _load(stage: Stage, size: Size) -> Loaded:
    started = time.monotonic()
    _say(f"Making {size.mentions:,} mentions, {size.posts:,} posts, {size.samples:,} samples")
    loaded = asyncio.run(load(stage.owner_url, size))
    asyncio.run(count_samples(stage.settings, loaded.workspace_id))
    _say(f"Made in {time.monotonic() - started:.0f} s")
    return loaded


def _measure(bench: Bench, loaded: Loaded, parts: Sequence[str]) -> None:
    if {"reads", "authentication", "graph"} & set(parts):
        _measure_api(bench, loaded, parts)
    if "rows" in parts:
        uvloop.run(rows.measure_rows(bench, loaded))
    if "writes" in parts:
        # As workers run.
        keep_out_of_collections()
        uvloop.run(writes.measure_writes(bench))
    if "lateness" in parts:
        lateness.measure_lateness(bench)


def _measure_api(bench: Bench, loaded: Loaded, parts: Sequence[str]) -> None:
    parvis, bare = start_parvis(bench.stage, loaded), start_bare(bench.stage, loaded)
    if "reads" in parts:
        reads.measure_reads(bench, parvis, bare, loaded)
    if "graph" in parts:
        graph.measure_graph(bench, parvis, bare, loaded)
    bench.stage.end(bare.process)
    if "authentication" in parts:
        authentication.measure_authentication(bench, parvis, loaded)
    bench.stage.end(parvis.process)


def _about(options: argparse.Namespace, driver: str, took_s: float) -> dict[str, object]:
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "python": platform.python_version(),
        "mentions": options.mentions,
        "posts": options.posts,
        "samples": options.samples,
        "driven_by": driver,
        "took_s": round(took_s),
    }


def _say(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
