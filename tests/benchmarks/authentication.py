"""What knowing the caller costs, in microseconds a request: the same route with it and without.

Three servers side by side: Parvis as it is, Parvis that remembers no token check, and Parvis that
takes everybody for the same caller. Then each part by itself, in this process.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

import asyncpg

from api.state import open_state
from api.tokens import TokenChecks
from domain.kernel.caller import Scope
from domain.kernel.ids import show
from tests.benchmarks.bench import Bench, System, start_api, start_parvis
from tests.benchmarks.load import Loaded
from tests.benchmarks.report import Line

NAME = "mention by id, with and without authentication"
CALLS, TURNS = 500, 7
TENANT_SET = "SELECT * FROM parvis_mention($1, $2)"
TENANT_GIVEN = "SELECT * FROM bench_mention($1, $2)"
AS_THE_OTHER = """
SELECT replace(pg_get_functiondef('parvis_mention(uuid, uuid)'::regprocedure), 'parvis_mention',
               'bench_mention')
"""
SETTING = "PERFORM set_config('parvis.workspace', ws::text, true);"


def measure_authentication(bench: Bench, parvis: System, loaded: Loaded) -> None:
    _measure_routes(bench, parvis, loaded)
    asyncio.run(_measure_parts(bench, dict(parvis.headers)["Authorization"], loaded))


def _measure_routes(bench: Bench, parvis: System, loaded: Loaded) -> None:
    anew = start_parvis(bench.stage, loaded, "Parvis, looking up", TOKEN_CACHE_S="0")
    unasked = start_api(bench.stage, loaded, "Parvis, not asking", "tests.benchmarks.open_api")
    paths = [f"/v1/mentions/{show('men', id_)}" for id_ in loaded.mention_ids]
    asked = [(each, each.asked(paths)) for each in (unasked, parvis, anew)]
    without, kept, looked_up = bench.side_by_side(NAME, asked)
    for name, line in (("remembered", kept), ("looked up", looked_up)):
        cost_us = _cpu_ms(line) * 1000 - _cpu_ms(without) * 1000
        bench.at_most(f"authentication, CPU a request, token {name}", cost_us, None, "µs")
    for system in (anew, unasked):
        bench.stage.end(system.process)


def _cpu_ms(line: Line) -> float:
    """Of api and PostgreSQL; of the api alone where PostgreSQL is not ours to look at."""
    return line.cpu_ms or line.app_cpu_ms or 0.0


async def _measure_parts(bench: Bench, header: str, loaded: Loaded) -> None:
    async with open_state(bench.stage.settings) as state:
        kept = TokenChecks(state.database, state.allowances, kept_s=60)
        anew = TokenChecks(state.database, state.allowances, kept_s=0)
        caller = await kept.caller(header, {})

        async def check_scope() -> None:
            caller.need(Scope.MENTIONS_READ)

        parts = {
            "token check, remembered": await _took_us(bench, lambda: kept.caller(header, {})),
            "token check, looked up": await _took_us(bench, lambda: anew.caller(header, {})),
            "scope check": await _took_us(bench, check_scope),
        }
    parts["tenant setting"] = await _tenant_us(bench, loaded)
    for name, took_us in parts.items():
        bench.at_most(f"{name}, one caller", took_us, None, "µs")


async def _took_us(bench: Bench, step: Callable[[], Awaitable[object]]) -> float:
    calls, turns = bench.some(CALLS), []
    for _ in range(TURNS):
        started = time.perf_counter()
        for _ in range(calls):
            await step()
        turns.append((time.perf_counter() - started) / calls)
    return median(turns) * 1_000_000


async def _tenant_us(bench: Bench, loaded: Loaded) -> float:
    """What the setting adds to the read of a mention: the function beside its twin without."""
    owner = await asyncpg.connect(bench.stage.owner_url)
    await owner.execute((await owner.fetchval(AS_THE_OTHER)).replace(SETTING, ""))
    arguments = loaded.workspace_id, loaded.mention_ids[0]
    try:
        turns = [
            await _took_us(bench, lambda: owner.fetchrow(TENANT_SET, *arguments))
            - await _took_us(bench, lambda: owner.fetchrow(TENANT_GIVEN, *arguments))
            for _ in range(TURNS)
        ]
    finally:
        await owner.execute("DROP FUNCTION bench_mention")
        await owner.close()
    return median(turns)
