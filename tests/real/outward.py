"""Ways to the real servers: the workers' own client, and people who act over there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import JsonValue

from domain.connector.http import Call, Http
from domain.connector.port import Connector
from domain.connector.words import Access, Checkpoint, Connected, Draft, Login, Published
from workers.http import OutwardHttp

_LOOKS, _BETWEEN_LOOKS_S = 100, 0.3


@contextlib.asynccontextmanager
async def outward(*origins: str) -> AsyncIterator[OutwardHttp]:
    async with OutwardHttp(
        allow=origins, timeout_s=20, max_bytes=10_000_000, user_agent="parvis-tests"
    ) as http:
        yield http


def now() -> datetime:
    return datetime.now(UTC)


async def enter(connector: Connector, http: Http, login: dict[str, str]) -> Access:
    """An account, connected by its login."""
    assert connector.connect is not None
    return access_of(await connector.connect.connect(http, Login(login), now=now()))


def access_of(connected: Connected) -> Access:
    profile = connected.profile
    return Access(connected.server, profile.remote_id, profile.handle, connected.grant)


async def publish(
    connector: Connector,
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint | None = None,
) -> tuple[Published, list[Checkpoint]]:
    """What went out, and every checkpoint that was kept on the way."""
    assert connector.publish is not None
    kept: list[Checkpoint] = []

    async def save(reached: Checkpoint) -> None:
        kept.append(dict(reached))

    published = await connector.publish.publish(
        http, access, draft, checkpoint or {}, save, now=now()
    )
    return published, kept


T = TypeVar("T")


def is_found(found: Published | None, sent: Published) -> bool:
    """Whether a look-up found what was sent, made in this minute by its network's clock.

    What the checkpoint holds already is not asked for, and its moment not told.
    """
    if found is None or found.refs != sent.refs:
        return False
    return found.at is None or abs(now() - found.at) < timedelta(minutes=1)


async def eventually(read: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    """What is read once the claim holds; servers take a moment to tell one another."""
    for _ in range(_LOOKS):
        found = await read()
        if holds(found):
            return found
        await asyncio.sleep(_BETWEEN_LOOKS_S)
    raise AssertionError(f"in the end it was {found}")


async def post_json(http: Http, access: Access, path: str, body: JsonValue) -> JsonValue:
    """A call made as another person would, outside our connector."""
    headers = {"authorization": f"Bearer {access.grant.access}"}
    reply = await http(Call("POST", f"{access.server}{path}", headers=headers, json=body))
    assert reply.is_success, reply.text
    return reply.json()
