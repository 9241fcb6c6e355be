"""What was measured, added up, and shown as a table and as JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Round:
    """One system under one workload for some seconds; latencies in milliseconds.

    The CPU of a process that is not ours to look at is None.
    """

    requests: int
    errors: int
    seconds: float
    p50_ms: float
    p99_ms: float
    app_cpu_s: float | None
    postgres_cpu_s: float | None
    client_cpu_s: float | None


@dataclass(frozen=True)
class Line:
    """A system's rounds of one workload, taken together; CPU in milliseconds a request.

    What was not measured is None.
    """

    workload: str
    system: str
    per_s: float
    p50_ms: float
    p99_ms: float
    app_cpu_ms: float | None
    postgres_cpu_ms: float | None
    client_cpu_ms: float | None
    errors: int
    rounds_per_s: tuple[float, ...] = ()

    @property
    def cpu_ms(self) -> float | None:
        """Of application and PostgreSQL together."""
        if self.app_cpu_ms is None or self.postgres_cpu_ms is None:
            return None
        return self.app_cpu_ms + self.postgres_cpu_ms


@dataclass(frozen=True)
class Ratio:
    """One number beside its target; None where none was set. `is_least`: at least, or at most."""

    name: str
    value: float
    target: float | None
    unit: str = "x"
    is_least: bool = True

    @property
    def is_reached(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.is_least else self.value <= self.target


def line_of(workload: str, system: str, rounds: Sequence[Round]) -> Line:
    """Rates and CPU over all rounds; of the latencies, the median round."""
    requests = sum(each.requests for each in rounds)
    seconds = sum(each.seconds for each in rounds)
    return Line(
        workload,
        system,
        requests / seconds if seconds else 0.0,
        median(each.p50_ms for each in rounds),
        median(each.p99_ms for each in rounds),
        each_ms([each.app_cpu_s for each in rounds], requests),
        each_ms([each.postgres_cpu_s for each in rounds], requests),
        each_ms([each.client_cpu_s for each in rounds], requests),
        sum(each.errors for each in rounds),
        tuple(round(each.requests / each.seconds, 1) for each in rounds if each.seconds),
    )


def batches_line(
    workload: str,
    system: str,
    size: int,
    took_s: Sequence[float],
    app_cpu_s: float | None = None,
    postgres_cpu_s: float | None = None,
) -> Line:
    """Batches of `size` rows: rates and CPU count rows, latencies whole batches."""
    took_ms = [each * 1000 for each in took_s]
    rows = size * len(took_s)
    return Line(
        workload,
        system,
        rows / sum(took_s) if took_s else 0.0,
        percentile(took_ms, 0.5),
        percentile(took_ms, 0.99),
        each_ms([app_cpu_s], rows),
        each_ms([postgres_cpu_s], rows),
        None,
        0,
        tuple(round(size / each, 1) for each in took_s),
    )


def each_ms(spent_s: Iterable[float | None], count: int) -> float | None:
    """Seconds in all as milliseconds for each of `count`; None where any is not known."""
    known = list(spent_s)
    found = [each for each in known if each is not None]
    return 1000 * sum(found) / max(count, 1) if len(found) == len(known) else None


def rate_ratio(above: Line, below: Line) -> float:
    """How many times as fast: the median over rounds that ran side by side."""
    pairs = list(zip(above.rounds_per_s, below.rounds_per_s, strict=True))
    if not pairs or any(other == 0 for _, other in pairs):
        return 0.0
    return median(one / other for one, other in pairs)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` (0 to 1) of all do not exceed; 0 of none."""
    found = sorted(values)
    if not found:
        return 0.0
    return found[min(len(found) - 1, max(0, round(share * len(found) + 0.5) - 1))]


HEADS = (
    "workload",
    "system",
    "per s",
    "p50 ms",
    "p99 ms",
    "app CPU ms",
    "PG CPU ms",
    "client CPU ms",
    "errors",
)


def table(lines: Sequence[Line]) -> str:
    rows = [
        (
            each.workload,
            each.system,
            f"{each.per_s:,.0f}",
            f"{each.p50_ms:.2f}",
            f"{each.p99_ms:.2f}",
            *(_spent(ms) for ms in (each.app_cpu_ms, each.postgres_cpu_ms, each.client_cpu_ms)),
            str(each.errors),
        )
        for each in lines
    ]
    return _columns([HEADS, *rows])


def _spent(ms: float | None) -> str:
    return "" if ms is None else f"{ms:.3f}"


def targets(ratios: Sequence[Ratio]) -> str:
    rows = [("ratio", "measured", "target", "")]
    for each in ratios:
        target = ""
        if each.target is not None:
            target = f"{'≥' if each.is_least else '≤'} {each.target:g} {each.unit}"
        verdict = {True: "reached", False: "BELOW", None: ""}[each.is_reached]
        rows.append((each.name, f"{each.value:,.3g} {each.unit}", target, verdict))
    return _columns(rows)


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def write(path: Path, about: dict[str, object], lines: list[Line], ratios: list[Ratio]) -> None:
    found = {
        **about,
        "lines": [asdict(each) for each in lines],
        "ratios": [{**asdict(each), "is_reached": each.is_reached} for each in ratios],
    }
    path.write_text(json.dumps(found, indent=2) + "\n")
