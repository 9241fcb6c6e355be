"""`doctor`: one line for each check, and the remedy where one is needed."""

import asyncio
import os
import shlex
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
from api.cli.surroundings import read_settings
from api.cli.trouble import Trouble
from domain.kernel.settings import Settings


def doctor(
    *,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
) -> int:
    read_env_file()
    is_well = True
    for finding in examine(data_folder(data)):
        tell(f"{'✗' if finding.is_wrong else '✓'} {finding.what}")
        if finding.is_wrong:
            is_well = False
            tell(f"  → {finding.remedy}")
    return 0 if is_well else 1


def _up_on(folder: Path) -> str:
    """The command that starts a stack there: alone it would start another, elsewhere."""
    is_usual = folder == data_folder(None)
    return "./parvis up" if is_usual else f"./parvis up --data {shlex.quote(str(folder))}"


def examine(data_dir: Path) -> Iterator[Finding]:
    """Every finding that can be had: of the machine, then of what runs on it."""
    yield machine_checks.environment_matches(ROOT)
    yield machine_checks.time_zones_are_pinned()
    servers = os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")
    running = lock.running(data_dir)
    yield machine_checks.folder_takes_files(data_dir)
    if data_dir.exists():
        yield machine_checks.folder_is_private(data_dir)
        yield machine_checks.disk_has_room(data_dir)
        if not servers:
            yield machine_checks.data_is_of_this_postgres(data_dir)
    if not servers and not running:
        yield Finding(f"Nothing runs on {data_dir}.", _up_on(data_dir))
        return
    yield from _of_servers(data_dir)
    if running:
        yield from _of_stack(running)


def _of_servers(data_dir: Path) -> Iterator[Finding]:
    if data_dir.exists():
        os.environ.update(engine_environment(data_dir, *embedded(data_dir)))
    try:
        settings = read_settings()
    except Trouble as trouble:
        yield Finding(trouble.what, trouble.remedy)
        return
    yield Finding("The settings are right, and the key ring is whole.")
    yield from _of_database(settings)
    queue = asyncio.run(server_checks.queue_answers(settings.redis_url.get_secret_value()))
    yield queue
    if not queue.is_wrong:
        yield asyncio.run(workers_are_at_work(settings.redis_url.get_secret_value()))


def _of_database(settings: Settings) -> Iterator[Finding]:
    url, owner = settings.database_url.get_secret_value(), settings.migration_database_url
    database = asyncio.run(server_checks.database_answers(url))
    yield database
    if database.is_wrong:
        return
    yield asyncio.run(server_checks.clocks_agree(url))
    yield asyncio.run(server_checks.restore_has_ended(url))
    yield asyncio.run(server_checks.statements_are_kept(url, settings.statement_cache_size))
    if owner is not None:
        yield asyncio.run(server_checks.schema_is_newest(owner.get_secret_value()))
    role = asyncio.run(server_checks.role_is_harmless(url))
    yield role
    if not role.is_wrong:
        queue, keys = settings.redis_url, settings.sealing_keys
        yield asyncio.run(
            secrets_can_be_opened(url, queue.get_secret_value(), keys.get_secret_value())
        )


def _of_stack(running: lock.Running) -> Iterator[Finding]:
    yield server_checks.api_answers(running.url)
    yield server_checks.parts_run(running.pids)
    yield machine_checks.memory_fits(running.pid, running.pids["api"])
