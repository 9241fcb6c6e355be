"""The nested question: Parvis beside plain Strawberry, and beside one SQL by the bare app."""

import sys
from dataclasses import replace

import httpx2

from tests.benchmarks import nested
from tests.benchmarks.bench import Bench, System, start_bare
from tests.benchmarks.driving import Asked
from tests.benchmarks.load import Loaded
from tests.benchmarks.report import rate_ratio

NAME = "nested GraphQL"
TYPED = ("Content-Type", "application/json")


def measure_graph(bench: Bench, parvis: System, bare: System, loaded: Loaded) -> None:
    """The three take turns; each must give the same data."""
    plain = start_bare(bench.stage, loaded, "plain_graph")
    asked = [
        (bare, bare.asked(["/nested"])),
        (plain, _question(plain, "/")),
        (parvis, _question(parvis, "/graphql")),
    ]
    bench.say(f"{NAME}: {_ensure_same(asked)} values in the answer")
    limit, rival, ours = bench.side_by_side(NAME, asked)
    bench.ratio(f"{NAME} ÷ plain Strawberry with DataLoaders", rate_ratio(ours, rival), 2)
    bench.ratio(f"{NAME} ÷ the same JSON by one SQL", rate_ratio(ours, limit), 0.85)
    bench.stage.end(plain.process)


def _question(system: System, path: str) -> Asked:
    return replace(system.asked([path], TYPED), method="POST", body=nested.ASKED)


def _ensure_same(asked: list[tuple[System, Asked]]) -> int:
    """How many values each of them gives."""
    found = [nested.data_of(_answer(question)) for _, question in asked]
    for (system, _), (data, _) in zip(asked, found, strict=True):
        if data != found[0][0]:
            sys.exit(f"bench: {system.name} answers the nested question differently.")
    return found[0][1]


def _answer(asked: Asked) -> bytes:
    answer = httpx2.request(
        asked.method,
        f"{asked.root}{asked.paths[0]}",
        headers=dict(asked.headers),
        content=asked.body or None,
        timeout=30,
    )
    if answer.status_code != 200:
        sys.exit(f"bench: {asked.root} answers {answer.status_code}: {answer.text[:300]}")
    return answer.content
