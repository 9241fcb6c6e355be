"""Changes a message in place: clients show the newest words, and that they were changed.

A message's file stays, with what is said of it.
"""

import hashlib
import json
from datetime import datetime

from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Ref
from domain.networks.matrix.answers import Acknowledged, Content
from domain.networks.matrix.compose import Body, words_of
from domain.networks.matrix.places import event_url
from domain.networks.matrix.secrecy import ensure_readable
from domain.networks.matrix.wire import event_of, room_path, server_of


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:  # noqa: ARG001 - the port's signature
    server = server_of(http, access)
    await ensure_readable(server, access.remote_id)
    standing = (await event_of(server, access.remote_id, ref.remote_id)).content
    words = words_of(draft.parts[0]) | _file(standing)
    replaces: Body = {"rel_type": "m.replace", "event_id": ref.remote_id}
    body: Body = {**words, "body": f"* {words['body']}"}
    # Those who were named before are not called again.
    body |= {"m.mentions": {}, "m.new_content": words, "m.relates_to": replaces}
    said = hashlib.sha256(json.dumps([ref.remote_id, words], sort_keys=True).encode()).hexdigest()
    path = room_path(access.remote_id, "send", "m.room.message", f"{draft.key}-edit-{said[:16]}")
    await server.repeat(Call("PUT", path, json=body), Acknowledged)
    return Ref(ref.remote_id, event_url(access.remote_id, ref.remote_id))


def _file(standing: Content) -> Body:
    if standing.url is None:
        return {}
    return {
        "msgtype": standing.msgtype,
        "url": standing.url,
        "filename": standing.filename,
        "info": standing.info,
    }
