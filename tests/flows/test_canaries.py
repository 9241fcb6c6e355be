"""Secrets go in by every door, and come out nowhere: not in logs, rows, queues, errors or exports.

Real processes, logging all they can. What a door shows once to whoever made it (a token, a client
secret) is looked for afterwards, everywhere else.
"""

import asyncio
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from domain.kernel.database import Database
from domain.kernel.nudges import open_queue
from tests.canaries import Canaries, Witness, files_in, queued_in, rows_of
from tests.flows.doors import Doors, Window, enter_all
from tests.stack import Stack, free_port, running_stack, until

EXPORTS = (
    *("/v1/events?limit=100", "/v1/audit/export", "/v1/audit/export?format=csv"),
    *("/v1/errors", "/openapi.json"),
)
LEAKS = {
    "a row": "UPDATE communities SET description = 'see ' || $1",
    "bytes": "UPDATE kept_answers SET request = convert_to($1, 'UTF8')",
    "an event": "UPDATE events SET data = jsonb_build_object('x', $1::text) WHERE number = 1",
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("canaries")
    with running_stack(
        folder,
        LOG_LEVEL="DEBUG",
        METRICS_PORT=str(free_port()),
        LIMIT_ADDRESS_PER_MIN="0",
        LIMIT_SIGN_IN_PER_MIN="0",
    ) as running:
        yield running


@pytest.fixture(scope="module")
async def doors(stack: Stack, database: Database) -> AsyncIterator[Doors]:
    canaries, witness = Canaries(), Witness()
    hooks: dict[str, list[Any]] = {"response": [witness]}
    token = {"Authorization": f"Bearer {canaries.plant('operator token', stack.token)}"}
    async with (
        httpx2.AsyncClient(
            base_url=stack.url, headers=token, event_hooks=hooks, timeout=30
        ) as client,
        httpx2.AsyncClient(
            base_url=stack.url, headers={"Accept-Language": "en"}, event_hooks=hooks, timeout=30
        ) as http,
    ):
        yield Doors(stack, database, client, Window(http), canaries, witness)


@pytest.fixture(scope="module")
async def entered(doors: Doors) -> Doors:
    await enter_all(doors)
    return doors


async def seen_behind(doors: Doors) -> dict[str, set[str]]:
    """Where a secret was seen in what is kept, queued, logged and refused, and which."""
    found: dict[str, set[str]] = {}
    places = [
        *[each async for each in rows_of(doors.stack.engines.owner_url)],
        *[each async for each in queued_in(doors.stack.engines.redis_url)],
        *files_in(doors.stack.folder),
        *doors.witness.refusals,
    ]
    for where, text in places:
        seen = doors.canaries.seen_in(text)
        if seen:
            found.setdefault(where, set()).update(seen)
    return found


async def test_no_secret_is_seen_behind_the_doors(entered: Doors) -> None:
    until(lambda: "oauth/token" in entered.stack.logs("api"), "the api has logged its requests")

    assert await seen_behind(entered) == {}
    assert len(entered.canaries.known) >= 25
    assert len(entered.witness.refusals) >= 25


@pytest.mark.parametrize("path", EXPORTS)
async def test_no_secret_is_exported(entered: Doors, path: str) -> None:
    answer = await entered.client.get(path)

    assert answer.status_code == 200
    assert entered.canaries.seen_in(answer.text) == set()


async def test_no_secret_is_measured(entered: Doors) -> None:
    url = f"http://127.0.0.1:{entered.stack.env['METRICS_PORT']}/metrics"
    async with httpx2.AsyncClient() as inside:
        shown = (await inside.get(url)).text

    assert "parvis_request_seconds_count" in shown
    assert entered.canaries.seen_in(shown) == set()


async def test_a_backup_names_no_secret_beside_the_database(entered: Doors, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    made = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "api", "backup", str(target), "--without-keys"],
        env=entered.stack.env,
        check=True,
        capture_output=True,
        text=True,
    )
    with tarfile.open(target) as archive:
        texts = [
            (archive.extractfile(each) or each).read().decode("latin-1")  # type: ignore[union-attr]  # files only
            for each in archive.getmembers()
            if each.isfile()
        ]
        names = " ".join(archive.getnames())

    seen = entered.canaries.seen_in(" ".join([made.stdout, made.stderr, names, *texts]))
    assert seen == set()


@pytest.mark.parametrize("place", LEAKS)
async def test_a_leak_into_the_database_is_found(entered: Doors, place: str) -> None:
    leak = entered.canaries.plant(f"leak into {place}", f"canary-leaked-into-{place}-é")
    owner = await asyncpg.connect(entered.stack.engines.owner_url)
    await owner.execute(LEAKS[place], leak)
    await owner.close()

    assert {f"leak into {place}"} in (await seen_behind(entered)).values()


async def test_a_leak_into_the_queue_is_found(entered: Doors) -> None:
    leak = entered.canaries.plant("leak into the queue", "canary-leaked-into-the-queue")
    queue = open_queue(entered.stack.engines.redis_url)
    await queue.hset("parvis:leak", "x", leak)  # type: ignore[misc]  # redis types both clients at once
    found = await seen_behind(entered)
    await queue.aclose()

    assert found["valkey hash"] == {"leak into the queue"}


async def test_a_leak_into_a_log_or_a_refusal_is_found(entered: Doors) -> None:
    leak = entered.canaries.plant("leak into a log", "canary leaked into a log")
    (entered.stack.folder / "leak.log").write_text("GET /?x=canary%20leaked%20into%20a%20log\n")
    await entered.http.get(f"/v1/{leak}")

    found = await seen_behind(entered)

    assert found["log leak.log"] == {"leak into a log"}
    assert {"leak into a log"} in [v for where, v in found.items() if where.startswith("404")]
