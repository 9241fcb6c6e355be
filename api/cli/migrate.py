"""`migrate`: the schema, by Alembic, as the database's owner."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from cyclopts import Parameter

from api.cli.places import ROOT
from api.cli.steps import tell
from api.cli.surroundings import as_owner, owner_url, surroundings
from api.cli.trouble import Trouble
from domain.kernel.roles import refuse_missing_application
from domain.kernel.settings import Settings

_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


def migrate(
    *,
    to: Annotated[str, Parameter(help="A revision, `head`, `base`, or steps such as -1.")] = "head",
    lose_rows: Annotated[
        bool,
        Parameter(negative=(), help="Go down although tables and columns go with all they hold."),
    ] = False,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
) -> None:
    if not to.strip():
        raise Trouble("--to names no revision.", "Leave it out for the newest.")
    with surroundings(data) as settings:
        if not lose_rows:
            refuse_to_lose_rows(settings, to)
        tell(f"The schema is at {move(settings, to) or 'base: nothing is there'}.")


def refuse_to_lose_rows(settings: Settings, to: str) -> None:
    """Raises `Trouble` where `to` lies below what the database is at."""
    before = revision(settings)
    if before is not None and _leads_down(_config(), before, to):
        raise Trouble(
            f"From {before} down to {to}, what the steps between made is dropped with its rows.",
            "Run ./parvis backup, then say --lose-rows as well.",
        )


def move(settings: Settings, to: str) -> str | None:
    """Migrate up or down, whichever leads to `to`; gives the revision reached."""
    config = _config()
    before = revision(settings)
    try:
        leads = command.downgrade if _leads_down(config, before, to) else command.upgrade
        os.environ["MIGRATION_DATABASE_URL"] = owner_url(settings)
        leads(config, to)
    except CommandError as error:
        raise Trouble(f"{error}.", "See the names in migrations/versions.") from error
    return revision(settings)


def _leads_down(config: Config, before: str | None, to: str) -> bool:
    if to == "base" or to.startswith("-"):
        return True
    if before is None or to in {"head", "heads"} or to.startswith("+"):
        return False
    script = ScriptDirectory.from_config(config)
    older = {revision.revision for revision in script.iterate_revisions(before, "base")}
    return to != before and to in older


def revision(settings: Settings) -> str | None:
    """The revision the database is at; None when it holds no schema of ours."""
    return asyncio.run(_ask_revision(settings))


async def _ask_revision(settings: Settings) -> str | None:
    async with as_owner(settings) as connection:
        await refuse_missing_application(connection)
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found


def is_empty(settings: Settings) -> bool:
    """Whether the database holds no table at all."""
    return asyncio.run(_ask_tables(settings)) == 0


async def _ask_tables(settings: Settings) -> int:
    async with as_owner(settings) as connection:
        found: int = await connection.fetchval(_TABLES)
        return found


def knows(revision: str) -> bool:
    """Whether this release has that migration; the empty name is the empty database."""
    script = ScriptDirectory.from_config(_config())
    return revision in {"", *(known.revision for known in script.walk_revisions())}


def _config() -> Config:
    return Config(ROOT / "migrations" / "alembic.ini")
