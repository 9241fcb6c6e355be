"""`token`: a bearer value for a workspace, printed once."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from pydantic import TypeAdapter, ValidationError

from api.cli import tenants
from api.cli.steps import say, tell
from api.cli.surroundings import surroundings
from api.cli.trouble import Trouble
from domain.communities.shapes import Name, Slug
from domain.kernel.caller import OFFERED, Scope
from domain.kernel.settings import Settings
from domain.workspaces.shapes import WorkspaceKind

_MOST_DAYS = 36_500
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_SLUG: TypeAdapter[str] = TypeAdapter(Slug)


def token(
    *,
    workspace: Annotated[str, Parameter(help="Its short name or its id.")] = tenants.FIRST_SLUG,
    name: Annotated[str, Parameter(help="What the token is for.")] = "operator",
    scopes: Annotated[str, Parameter(help="What it may do, comma separated.")] = "",
    all: Annotated[bool, Parameter(negative=(), help="Every scope.")] = False,  # noqa: A002 a flag
    days: Annotated[int | None, Parameter(help="Days until it runs out; else never.")] = None,
    create: Annotated[
        str | None, Parameter(help="Make the workspace, under this name, if there is none.")
    ] = None,
    test: Annotated[
        bool, Parameter(negative=(), help="Make it a test workspace, whose clock can be put ahead.")
    ] = False,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
) -> None:
    chosen = list(OFFERED) if all else read_scopes(scopes)
    name = read_name("--name", name)
    now = datetime.now(UTC)
    kind = WorkspaceKind.TEST if test else WorkspaceKind.LIVE
    ends = read_days(days, now)
    with surroundings(data) as settings:
        workspace_id = asyncio.run(
            find_or_make(settings, workspace, create=create, kind=kind, now=now)
        )
        made = asyncio.run(
            tenants.make_token(
                settings, workspace_id, name=name, scopes=chosen, expires_at=ends, now=now
            )
        )
    say(f"A token of {tenants.shown(workspace_id)}; it is shown only now.")
    tell(made.token)


def read_days(days: int | None, now: datetime) -> datetime | None:
    """When a token ends that lasts so many days; None where it never does."""
    if days is not None and not 1 <= days <= _MOST_DAYS:
        raise Trouble(
            f"--days is 1 to {_MOST_DAYS}, not {days}.", "Leave it out: it never runs out then."
        )
    return None if days is None else now + timedelta(days=days)


def read_name(option: str, text: str) -> str:
    """A name as people see it."""
    try:
        return _NAME.validate_python(text)
    except ValidationError as error:
        raise Trouble(
            f"{option} is no name of 1 to 120 characters that are seen.", "Give another."
        ) from error


def read_slug(text: str) -> str:
    """The short name of a workspace that is to be made."""
    try:
        return _SLUG.validate_python(text)
    except ValidationError as error:
        raise Trouble(
            f"{text!r} is no short name.",
            "Give --workspace up to 60 of a–z and 0–9, with single hyphens between.",
        ) from error


def read_scopes(text: str) -> list[Scope]:
    """The scopes in a comma-separated list."""
    names = [part for part in re.split(r"[,\s]+", text) if part]
    unknown = [name for name in names if name not in frozenset(Scope)]
    if unknown or not names:
        what = f"Unknown: {', '.join(unknown)}." if unknown else "No scope was given."
        raise Trouble(what, f"Give --all or --scopes with some of: {', '.join(OFFERED)}.")
    return [Scope(name) for name in names]


async def find_or_make(
    settings: Settings, text: str, *, create: str | None, kind: WorkspaceKind, now: datetime
) -> UUID:
    """The workspace of that short name or id; made, under the name `create`, if there is none."""
    async with tenants.alone_with(settings, text):
        found = await tenants.workspace_named(settings, text)
        if found is None:
            return await _made(settings, text, create, kind, now)
    if kind is WorkspaceKind.TEST and await tenants.kind_of(settings, found) is not kind:
        raise Trouble(
            f"{text} is a live workspace: what is published there is seen by people.",
            "Leave --test out, or give --workspace another short name, and --create.",
        )
    return found


async def _made(
    settings: Settings, text: str, create: str | None, kind: WorkspaceKind, now: datetime
) -> UUID:
    if create is None:
        known = ", ".join(await tenants.slugs(settings)) or "none yet"
        raise Trouble(
            f"There is no workspace {text} (there are: {known}).",
            f'Make it: ./parvis token --workspace {text} --create "Its name" …',
        )
    slug, title = read_slug(text), read_name("--create", create)
    return await tenants.make_workspace(settings, slug=slug, name=title, kind=kind, now=now)
