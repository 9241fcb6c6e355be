"""`doctor`: one line for each check, and the remedy where one is needed."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from api.cli import lock, machine_checks, server_checks
from api.cli.env_file import read_env_file
from api.cli.findings import Finding
from api.cli.places import ROOT, data_folder
from api.cli.pulse import workers_are_at_work
from api.cli.sealed_checks import secrets_can_be_opened
from api.cli.stack import embedded, engine_environment
from api.cli.steps import tell


def doctor(
    *,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
) -> int:
    read_env_file()
    found = list(examine(data_folder(data)))
    for finding in found:
        tell(f"{'✗' if finding.is_wrong else '✓'} {finding.what}")
        if finding.is_wrong:
            tell(f"  → {finding.remedy}")
    return 1 if any(finding.is_wrong for finding in found) else 0


def examine(data_dir: Path) -> Iterator[Finding]:
    """Every finding that can be had: of the machine, then of what runs on it."""
    yield machine_checks.environment_matches(ROOT)
    yield machine_checks.time_zones_are_pinned()
    yield machine_checks.folder_is_private(data_dir)
    if not data_dir.exists():
        return
    yield machine_checks.disk_has_room(data_dir)
    running = lock.running(data_dir)
    servers = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    if not servers:
        yield machine_checks.data_is_of_this_postgres(data_dir)
    if not servers and not running:
        yield Finding(f"Nothing runs on {data_dir}.", "./parvis up")
        return
    yield from _of_servers(_urls(data_dir))
    if running:
        yield from _of_stack(running)


def _urls(data_dir: Path) -> dict[str, str]:
    """The settings in force: the environment's, else those of the embedded engines."""
    return dict(os.environ) | engine_environment(data_dir, *embedded(data_dir))


def _of_servers(urls: dict[str, str]) -> Iterator[Finding]:
    keys = machine_checks.keys_are_whole(urls["SEALING_KEYS"])
    yield keys
    database = asyncio.run(server_checks.database_answers(urls["DATABASE_URL"]))
    yield database
    if not database.is_wrong:
        yield asyncio.run(server_checks.role_is_harmless(urls["DATABASE_URL"]))
        yield asyncio.run(server_checks.clocks_agree(urls["DATABASE_URL"]))
        if "MIGRATION_DATABASE_URL" in urls:
            yield asyncio.run(server_checks.schema_is_newest(urls["MIGRATION_DATABASE_URL"]))
        if not keys.is_wrong:
            yield asyncio.run(
                secrets_can_be_opened(urls["DATABASE_URL"], urls["REDIS_URL"], urls["SEALING_KEYS"])
            )
    queue = asyncio.run(server_checks.queue_answers(urls["REDIS_URL"]))
    yield queue
    if not queue.is_wrong:
        yield asyncio.run(workers_are_at_work(urls["REDIS_URL"]))


def _of_stack(running: lock.Running) -> Iterator[Finding]:
    yield server_checks.api_answers(running.url)
    yield server_checks.parts_run(running.pids)
    yield machine_checks.memory_fits(running.pid, running.pids["api"])
