"""What an operator does with workspaces and tokens, outside of any request."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from api.cli.surroundings import as_owner
from api.cli.trouble import Trouble
from api.state import open_state
from domain.identity.service import create_token
from domain.identity.shapes import NewToken
from domain.kernel.caller import Caller, Scope
from domain.kernel.errors import ParvisError
from domain.kernel.ids import new_id, read, show
from domain.kernel.settings import Settings
from domain.workspaces.service import create_workspace
from domain.workspaces.shapes import WorkspaceKind

FIRST_SLUG, FIRST_NAME = "my-workspace", "My workspace"
_BY_SLUG = "SELECT workspace_id FROM workspaces WHERE slug = $1 ORDER BY created_at, workspace_id"
_BY_ID = "SELECT workspace_id FROM workspaces WHERE workspace_id = $1"
_KIND = "SELECT kind FROM workspaces WHERE workspace_id = $1"
_ONE_MAKER = "SELECT pg_advisory_xact_lock(hashtextextended('workspaces named ' || $1, 0))"
_MOST_TOLD = 5
_SLUGS = "SELECT slug FROM workspaces ORDER BY created_at LIMIT 20"


def operator(workspace_id: UUID) -> Caller:
    """Who the event log says made it: a person at the command line."""
    return Caller(workspace_id, "operator", frozenset(Scope))


async def workspace_named(settings: Settings, text: str) -> UUID | None:
    """The workspace with this id or slug; None when there is none.

    Raises `Trouble` where several have the slug: a token would open somebody else's.
    """
    found = await _all_named(settings, text)
    if len(found) > 1:
        ids = ", ".join(shown(id_) for id_ in found[:_MOST_TOLD])
        more = " and more" if len(found) > _MOST_TOLD else ""
        raise Trouble(f"{len(found)} workspaces are named {text}: {ids}{more}.", "Give one's id.")
    return found[0] if found else None


async def _all_named(settings: Settings, text: str) -> list[UUID]:
    asked = (_BY_ID, _read_id(text)) if text.startswith("ws_") else (_BY_SLUG, text)
    async with as_owner(settings) as connection:
        return [row[0] for row in await connection.fetch(*asked)]


def _read_id(text: str) -> UUID:
    try:
        return read("ws", text)
    except ParvisError as error:
        raise Trouble(f"{text} is no workspace id.", error.message) from error


async def kind_of(settings: Settings, workspace_id: UUID) -> WorkspaceKind:
    async with as_owner(settings) as connection:
        return WorkspaceKind(await connection.fetchval(_KIND, workspace_id))


async def slugs(settings: Settings) -> list[str]:
    """The short names of the oldest workspaces."""
    async with as_owner(settings) as connection:
        return [row[0] for row in await connection.fetch(_SLUGS)]


@asynccontextmanager
async def alone_with(settings: Settings, slug: str) -> AsyncIterator[None]:
    """Looks for a short name and makes it alone: two at once would make two, and none be named."""
    async with as_owner(settings) as connection, connection.transaction():
        await connection.execute(_ONE_MAKER, slug)
        yield


async def make_workspace(
    settings: Settings,
    *,
    slug: str,
    name: str,
    kind: WorkspaceKind = WorkspaceKind.LIVE,
    now: datetime,
) -> UUID:
    caller = operator(new_id())
    async with (
        open_state(settings) as state,
        state.database.acting(caller) as session,
    ):
        made = await create_workspace(session, caller, slug=slug, name=name, kind=kind, now=now)
    return made.id


async def first_workspace(settings: Settings, *, now: datetime) -> UUID:
    """The oldest of the name that `up` begins with, made when it is missing."""
    async with alone_with(settings, FIRST_SLUG):
        found = await _all_named(settings, FIRST_SLUG)
        if found:
            return found[0]
        return await make_workspace(settings, slug=FIRST_SLUG, name=FIRST_NAME, now=now)


async def make_token(
    settings: Settings,
    workspace_id: UUID,
    *,
    name: str,
    scopes: Iterable[Scope],
    expires_at: datetime | None,
    now: datetime,
) -> NewToken:
    caller = operator(workspace_id)
    async with open_state(settings) as state, state.database.transaction(workspace_id) as session:
        return await create_token(
            session, caller, name=name, scopes=scopes, expires_at=expires_at, now=now
        )


def shown(workspace_id: UUID) -> str:
    return show("ws", workspace_id)
