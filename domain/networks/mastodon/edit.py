"""Changes a status in place; its files stay when the draft brings as many, else they are new."""

from datetime import datetime

from pydantic import JsonValue

from domain.connector.http import Call, Http
from domain.connector.words import Access, Draft, Ref
from domain.networks.mastodon import polls, settings
from domain.networks.mastodon.answers import Status
from domain.networks.mastodon.compose import status_text
from domain.networks.mastodon.media import send_up, wait_until_ready
from domain.networks.mastodon.wire import REST, server_of


async def edit(http: Http, access: Access, ref: Ref, draft: Draft, *, now: datetime) -> Ref:
    server, part = server_of(http, access), draft.parts[0]
    path = f"{REST}/statuses/{ref.remote_id}"
    standing = await server.read(path, Status)
    body: dict[str, JsonValue] = {
        "status": status_text(part, ref.remote_id if standing.quote else None),
        "spoiler_text": draft.content_warning or "",
        **settings.told(draft),
    }
    if draft.language:
        body["language"] = draft.language
    if part.poll is not None:
        # A poll that is left out is taken away; sent as it stands, it keeps its votes and its end.
        body["poll"] = polls.told(part.poll, polls.left(part.poll, standing.poll, now))
    files = [each.id for each in standing.media_attachments]
    if len(files) == len(part.media):
        body["media_attributes"] = [
            {"id": file, "description": medium.alt_text or ""}
            for file, medium in zip(files, part.media, strict=True)
        ]
    else:
        files = [await send_up(server, medium) for medium in part.media]
        for file in files:
            await wait_until_ready(server, file)
    if files:
        body["media_ids"] = list(files)
    status = await server.repeat(Call("PUT", path, json=body), Status)
    return Ref(status.id, status.url or status.uri)
