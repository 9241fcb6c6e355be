"""`audit`: whether the audit trail is what was written; and the trail itself as a file."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from rich.progress import Progress

from api.audit.lines import trail
from api.cli import tenants
from api.cli.bars import progress
from api.cli.places import as_called, ensure_writable
from api.cli.steps import tell
from api.cli.surroundings import surroundings
from api.cli.trouble import Trouble
from api.state import State, open_state
from domain.audit.chain import verify_chain
from domain.audit.service import note_export
from domain.audit.shapes import AuditFilter, AuditVerificationView
from domain.kernel.lines import FileFormat
from domain.kernel.settings import Settings


def audit(
    *,
    workspace: Annotated[str | None, Parameter(help="Its short name or id; else all.")] = None,
    export: Annotated[
        Path | None, Parameter(help="Write the workspace's trail: name.jsonl or name.csv.")
    ] = None,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
) -> int:
    target = None if export is None else as_called(export)
    if target is not None:
        ensure_trail(target)
    with surroundings(data) as settings:
        chosen = None if workspace is None else asyncio.run(_find(settings, workspace))
        if target is None:
            return asyncio.run(verify(settings, chosen))
        if chosen is None:
            raise Trouble("Whose trail?", "Name it: ./parvis audit --workspace … --export …")
        asyncio.run(write(settings, chosen, target))
    tell(f"{target} ({target.stat().st_size} bytes)")
    return 0


async def _find(settings: Settings, text: str) -> UUID:
    found = await tenants.workspace_named(settings, text)
    if found is None:
        raise Trouble(f"There is no workspace {text}.", "./parvis token names those there are.")
    return found


async def verify(settings: Settings, workspace_id: UUID | None) -> int:
    """A line for each workspace; 1 when a trail is not whole."""
    async with open_state(settings) as state:
        rows = await state.database.reads.fetch("SELECT workspace_id FROM parvis_workspaces()")
        ids = [row["workspace_id"] for row in rows] if workspace_id is None else [workspace_id]
        with progress() as shown:
            found = {id_: await _verify(state, id_, shown) for id_ in ids}
    for id_, seen in found.items():
        what = "whole" if seen.is_whole else f"{seen.fault} at {seen.fault_number}"
        tell(f"{tenants.shown(id_)}: {what}; {seen.head_number} {seen.head_hash}")
    return 0 if all(seen.is_whole for seen in found.values()) else 1


async def _verify(state: State, workspace_id: UUID, shown: Progress) -> AuditVerificationView:
    caller, first = tenants.operator(workspace_id), 1
    task = shown.add_task(tenants.shown(workspace_id), total=None)
    while True:
        async with state.database.transaction(workspace_id) as session:
            seen = await verify_chain(session, caller, from_number=first)
        shown.update(task, completed=seen.last_number, total=seen.head_number)
        if seen.is_complete or not seen.is_whole:
            return seen
        first = seen.last_number + 1


def ensure_trail(target: Path) -> None:
    """Raises `Trouble` where no trail can be written, before anything is started for it."""
    if target.suffix[1:] not in frozenset(FileFormat):
        raise Trouble(f"{target.name} is of no format known here.", "Name a .jsonl or .csv file.")
    if target.is_dir():
        raise Trouble(f"{target} is a folder.", "Name another file.")
    ensure_writable(target)


async def write(settings: Settings, workspace_id: UUID, target: Path) -> None:
    """The trail as a file, whole or not at all."""
    caller, where = tenants.operator(workspace_id), AuditFilter()
    fresh = target.with_suffix(f"{target.suffix}.part")
    async with open_state(settings) as state:
        async with state.database.transaction(workspace_id) as session:
            await note_export(session, caller, where, now=datetime.now(UTC))
            last = (await verify_chain(session, caller, most=1)).head_number
        with progress() as shown, fresh.open("wb") as file:
            task = shown.add_task("Writing the trail", total=last + 1)
            pages = trail(state.database, caller, where, FileFormat(target.suffix[1:]))
            async with aclosing(pages):
                async for page in pages:
                    file.write(page.text)
                    shown.update(task, completed=page.last)
    fresh.replace(target)
