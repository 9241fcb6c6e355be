"""The child that readies a database for the stack: schema, first workspace, token and owner."""

import asyncio
import sys
from datetime import UTC, datetime

from api.cli import tenants
from api.cli.migrate import move
from api.cli.owner import first_owner
from api.cli.secret_files import first_token_path, is_kept, keep, owner_path
from api.cli.surroundings import read_settings, servers_in_use
from api.cli.trouble import Trouble
from domain.kernel.caller import OFFERED
from domain.kernel.nudges import AWAY_REMEDY, open_queue, why_away
from domain.kernel.settings import Settings


def main() -> int:
    try:
        with servers_in_use():
            settings = read_settings()
            asyncio.run(knock_at_queue(settings))
            prepare(settings)
    except Trouble as trouble:
        sys.stderr.write(f"parvis: {trouble}\n")
        return 1
    return 0


def prepare(settings: Settings) -> None:
    move(settings, "head")
    if not is_kept(first_token_path(settings.data_dir)):
        keep(first_token_path(settings.data_dir), asyncio.run(first_token(settings)))
    if not is_kept(owner_path(settings.data_dir)):
        keep(owner_path(settings.data_dir), asyncio.run(first_owner(settings)))


async def knock_at_queue(settings: Settings) -> None:
    """Raises `Trouble`: `up` would say that Parvis runs, and only a log that its queue is away."""
    client = open_queue(settings.redis_url.get_secret_value())
    try:
        reason = await why_away(client)
    finally:
        await client.aclose()
    if reason is not None:
        said = reason.rstrip(".")
        raise Trouble(f"The queue does not answer at REDIS_URL ({said}).", AWAY_REMEDY)


async def first_token(settings: Settings) -> str:
    """A token with every scope for the first workspace, which is made if it is missing."""
    now = datetime.now(UTC)
    workspace_id = await tenants.first_workspace(settings, now=now)
    made = await tenants.make_token(
        settings, workspace_id, name="first", scopes=OFFERED, expires_at=None, now=now
    )
    return made.token


if __name__ == "__main__":
    sys.exit(main())
