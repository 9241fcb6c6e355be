"""Changes a post in place; a topic's title changes too where the draft gives one.

A poll keeps the end it has: forums refuse to change one that people may have voted in.
"""

import re
from datetime import datetime

from pydantic import JsonValue

from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Poll, Ref
from domain.networks.discourse.answers import Edited, Post
from domain.networks.discourse.compose import raw_of, send_up
from domain.networks.discourse.progress import sent_of
from domain.networks.discourse.settings import settings_of
from domain.networks.discourse.wire import Server, server_of

_CLOSES = re.compile(r"\bclose=(\S+)")


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:
    server, part = server_of(http, access), draft.parts[0]
    pictures = [await send_up(server, medium) for medium in part.media]
    begun_at = now if part.poll is None else await _begun_at(server, ref, part.poll, now=now)
    body: dict[str, JsonValue] = {"post": {"raw": raw_of(part, pictures, begun_at=begun_at)}}
    title = settings_of(draft).title
    if title is not None:
        body["title"] = title
    call = Call("PUT", f"/posts/{await _id_of(server, ref)}.json", json=body)
    sent = sent_of((await server.repeat(call, Edited)).post, server.root)
    return Ref(sent.id, sent.url)


async def _id_of(server: Server, ref: Ref) -> str:
    """Posts that a person told of may be named by topic and number: so they are read, no more."""
    if ref.remote_id.isdecimal():
        return ref.remote_id
    return (await server.read(f"/posts/{ref.remote_id}.json", Post)).id


async def _begun_at(server: Server, ref: Ref, poll: Poll, *, now: datetime) -> datetime:
    """When a poll that lasts so long began, to end when the one that stands there does."""
    standing = await server.read(f"/posts/{ref.remote_id}.json", Post)
    closes = _CLOSES.search(standing.raw.partition("[poll")[2].partition("]")[0])
    try:
        return now if closes is None else datetime.fromisoformat(closes[1]) - poll.duration
    except (ValueError, OverflowError):
        return now
