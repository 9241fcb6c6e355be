"""What every measurement needs: systems that take turns, and where lines and ratios are kept."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx2

from tests.benchmarks.driving import Asked, Driver
from tests.benchmarks.load import Loaded
from tests.benchmarks.report import Line, Ratio, Round, line_of
from tests.benchmarks.stage import Stage, free_port, wait_for
from tests.benchmarks.usage import Watched

ROUND_S = 1.0


@dataclass(frozen=True)
class System:
    """A running server and how it is asked."""

    name: str
    root: str
    process: subprocess.Popen[bytes]
    headers: tuple[tuple[str, str], ...] = ()

    def asked(self, paths: Sequence[str], *more: tuple[str, str]) -> Asked:
        return Asked(self.root, paths, (*self.headers, *more))

    def get(self, path: str, *more: tuple[str, str]) -> httpx2.Response:
        headers = dict((*self.headers, *more))
        return httpx2.get(f"{self.root}{path}", headers=headers, timeout=30)


@dataclass(frozen=True)
class Bench:
    """`seconds` is how long each system is driven in each workload, in rounds of one.

    `effort` is the share of calls, turns and posts that are made of all else; 1 makes all.
    """

    stage: Stage
    driver: Driver
    seconds: float
    effort: float
    say: Callable[[str], None]
    lines: list[Line] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)

    @property
    def postgres(self) -> Watched:
        return Watched(self.stage.postgres_pid)

    def side_by_side(self, workload: str, asked: Sequence[tuple[System, Asked]]) -> list[Line]:
        """A line for each system; they take turns, so that a busy moment strikes all."""
        rounds: list[list[Round]] = [[] for _ in asked]
        round_s, turn = min(self.seconds, ROUND_S), list(enumerate(asked))
        for number in range(1 + max(1, round(self.seconds / ROUND_S))):
            for place, (system, question) in turn if number % 2 else reversed(turn):
                watched = Watched(system.process.pid)
                found = self.driver.drive(question, round_s, watched, self.postgres)
                # The first round warms up.
                rounds[place] += [found] if number else []
        made = [
            line_of(workload, system.name, found)
            for (system, _), found in zip(asked, rounds, strict=True)
        ]
        self.lines.extend(made)
        for line in made:
            self.say(f"{workload}: {line.system} {line.per_s:,.0f}/s")
        return made

    def ratio(self, name: str, value: float, target: float | None = None, unit: str = "x") -> None:
        self.ratios.append(Ratio(name, value, target, unit))

    def some(self, count: int) -> int:
        """`count` of the full measurement, as many as this one makes."""
        return max(2, round(count * self.effort))

    def at_most(self, name: str, value: float, target: float | None, unit: str) -> None:
        self.ratios.append(Ratio(name, value, target, unit, is_least=False))


def start_parvis(stage: Stage, loaded: Loaded, name: str = "Parvis", **env: str) -> System:
    """The api as production starts it, asked with a token of the heavy workspace."""
    return start_api(stage, loaded, name, "api", "serve", **env)


def start_api(stage: Stage, loaded: Loaded, name: str, *module: str, **env: str) -> System:
    port = free_port()
    root = f"http://127.0.0.1:{port}"
    given = {"BENCH_WORKSPACE": str(loaded.workspace_id), **env}
    process = stage.spawn(module[0], *module, PORT=str(port), PUBLIC_URL=root, **given)
    wait_for(f"{root}/readyz", process)
    bearer = f"Bearer {stage.token(loaded.workspace_id)}"
    return System(name, root, process, (("Authorization", bearer),))


def start_bare(stage: Stage, loaded: Loaded, module: str = "bare") -> System:
    port = free_port()
    process = stage.spawn(
        module,
        f"tests.benchmarks.{module}",
        PORT=str(port),
        BENCH_WORKSPACE=str(loaded.workspace_id),
    )
    wait_for(f"http://127.0.0.1:{port}/", process)
    return System(module.replace("_", " "), f"http://127.0.0.1:{port}", process)
