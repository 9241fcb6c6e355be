"""The child that readies a database before the stack starts: schema, first workspace and token."""

import asyncio
import sys
from datetime import UTC, datetime

from api.cli import tenants
from api.cli.migrate import move
from api.cli.secret_files import first_token_path, keep
from api.cli.surroundings import read_settings
from api.cli.token import FIRST_NAME, FIRST_SLUG
from api.cli.trouble import Trouble
from domain.kernel.caller import Scope
from domain.kernel.settings import Settings


def main() -> int:
    try:
        settings = read_settings()
        move(settings, "head")
        if not first_token_path(settings.data_dir).exists():
            keep(first_token_path(settings.data_dir), asyncio.run(first_token(settings)))
    except Trouble as trouble:
        sys.stderr.write(f"parvis: {trouble}\n")
        return 1
    return 0


async def first_token(settings: Settings) -> str:
    """A token with every scope for the first workspace, which is made if it is missing."""
    now = datetime.now(UTC)
    workspace_id = await tenants.workspace_named(settings, FIRST_SLUG)
    if workspace_id is None:
        workspace_id = await tenants.make_workspace(
            settings, slug=FIRST_SLUG, name=FIRST_NAME, now=now
        )
    made = await tenants.make_token(
        settings, workspace_id, name="first", scopes=Scope, expires_at=None, now=now
    )
    return made.token


if __name__ == "__main__":
    sys.exit(main())
