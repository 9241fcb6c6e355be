"""Publishes statuses and threads, each under an idempotency key made of the delivery's key.

The checkpoint: `begun_at`; `files`, sent up for the message under way; `is_trying`, set before a
status is sent; `sent`, what stands there. Servers keep keys for an hour, if at all: a message that
was tried before is sought among the account's own statuses and only then sent again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, JsonValue

from domain.connector.errors import Missing
from domain.connector.http import Call, Http
from domain.connector.links import spelled_out
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Part, Published, Ref
from domain.networks.mastodon import polls, settings
from domain.networks.mastodon.answers import Done, Status
from domain.networks.mastodon.matching import Sought, find
from domain.networks.mastodon.media import send_up, wait_until_ready
from domain.networks.mastodon.setting import Setting, setting_of
from domain.networks.mastodon.wire import Server, server_of


class Sent(BaseModel):
    id: str
    url: str | None


class Progress(BaseModel):
    """The checkpoint, read."""

    model_config = ConfigDict(frozen=True)

    begun_at: datetime | None = None
    files: tuple[str, ...] = ()
    is_trying: bool = False
    sent: tuple[Sent, ...] = ()

    def dumped(self) -> Checkpoint:
        return self.model_dump(mode="json")


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,
) -> Published:
    server = server_of(http, access)
    progress = Progress.model_validate(checkpoint)
    if progress.begun_at is None:
        progress = progress.model_copy(update={"begun_at": now.astimezone(UTC)})
    setting = await setting_of(server, access, draft)
    for number in range(len(progress.sent), len(draft.parts)):
        status = None
        if progress.is_trying:
            status = await _tried(server, access, draft, progress, progress.begun_at or now)
        if status is None:
            progress = await _sent_up(server, draft.parts[number], progress, save)
            progress = await _kept(progress, save, {"is_trying": True})
            status = await _send(server, draft, number, progress, setting)
        sent = (*progress.sent, Sent(id=status.id, url=status.url or status.uri))
        progress = await _kept(progress, save, {"is_trying": False, "files": (), "sent": sent})
    return _published(progress.sent)


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    progress = Progress.model_validate(checkpoint)
    since = progress.begun_at or since
    for _ in range(len(progress.sent), len(draft.parts)):
        status = await _tried(server_of(http, access), access, draft, progress, since)
        if status is None:
            return None
        found = Sent(id=status.id, url=status.url or status.uri)
        progress = progress.model_copy(update={"sent": (*progress.sent, found)})
    return _published(progress.sent)


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    server = server_of(http, access)
    for ref in reversed(refs):
        try:
            await server.repeat(Call("DELETE", f"/api/v1/statuses/{ref.remote_id}"), Done)
        except Missing:
            continue


def status_text(part: Part) -> str:
    return spelled_out(part.text, part.link.url if part.link else None)


async def _sent_up(server: Server, part: Part, progress: Progress, save: Save) -> Progress:
    for medium in part.media[len(progress.files) :]:
        files = (*progress.files, await send_up(server, medium))
        progress = await _kept(progress, save, {"files": files})
    for file in progress.files:
        await wait_until_ready(server, file)
    return progress


async def _send(
    server: Server, draft: Draft, number: int, progress: Progress, setting: Setting
) -> Status:
    text = status_text(draft.parts[number])
    body: dict[str, JsonValue] = {
        "status": text if number else f"{setting.address}{text}",
        "visibility": setting.visibility,
        **settings.told(draft),
    }
    poll = draft.parts[number].poll
    if poll is not None:
        body["poll"] = polls.told(poll, poll.duration)
    if progress.files:
        body["media_ids"] = list(progress.files)
    above = _above(draft, progress)
    if above is not None:
        body["in_reply_to_id"] = above
    if draft.language:
        body["language"] = draft.language
    if draft.content_warning:
        body["spoiler_text"] = draft.content_warning
    headers = {"idempotency-key": f"{draft.key}-{number}"}
    return await server.act(Call("POST", "/api/v1/statuses", headers=headers, json=body), Status)


async def _tried(
    server: Server, access: Access, draft: Draft, progress: Progress, since: datetime
) -> Status | None:
    """The first message that is not known to be sent, if it stands there nonetheless."""
    part = draft.parts[len(progress.sent)]
    sought = Sought(
        text=status_text(part),
        content_warning=draft.content_warning or "",
        media_count=len(part.media),
        answers=_above(draft, progress),
        options=part.poll.options if part.poll else (),
    )
    return await find(server, access.remote_id, sought, since=since)


def _above(draft: Draft, progress: Progress) -> str | None:
    return progress.sent[-1].id if progress.sent else draft.reply_to


async def _kept(progress: Progress, save: Save, update: dict[str, object]) -> Progress:
    progress = progress.model_copy(update=update)
    await save(progress.dumped())
    return progress


def _published(sent: Sequence[Sent]) -> Published:
    return Published(tuple(Ref(each.id, each.url) for each in sent))
