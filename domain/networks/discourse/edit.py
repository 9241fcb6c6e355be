"""Changes a post in place; a topic's title changes too where the draft gives one."""

from datetime import datetime

from pydantic import JsonValue

from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Ref
from domain.networks.discourse.answers import Edited
from domain.networks.discourse.compose import raw_of, send_up
from domain.networks.discourse.progress import sent_of
from domain.networks.discourse.settings import settings_of
from domain.networks.discourse.wire import server_of


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:
    server, part = server_of(http, access), draft.parts[0]
    pictures = [await send_up(server, medium) for medium in part.media]
    body: dict[str, JsonValue] = {"post": {"raw": raw_of(part, pictures, begun_at=now)}}
    title = settings_of(draft).title
    if title is not None:
        body["title"] = title
    call = Call("PUT", f"/posts/{ref.remote_id}.json", json=body)
    sent = sent_of((await server.repeat(call, Edited)).post, server.root)
    return Ref(sent.id, sent.url)
