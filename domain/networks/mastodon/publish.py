"""Publishes statuses and threads, each under an idempotency key made of the delivery's key.

Servers keep keys for an hour, if at all: a message that was tried before is sought among the
account's own statuses and only then sent again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.connector.checkpoints import Sent
from domain.connector.errors import Missing
from domain.connector.http import Call, Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Part, Published, Ref
from domain.networks.mastodon.answers import Done, Status
from domain.networks.mastodon.compose import compose, sought
from domain.networks.mastodon.matching import find
from domain.networks.mastodon.media import sent_up
from domain.networks.mastodon.progress import Progress
from domain.networks.mastodon.quoting import quoted
from domain.networks.mastodon.setting import Setting, setting_of
from domain.networks.mastodon.wire import REST, Server, server_of


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
    if len(progress.sent) == len(draft.parts):
        return progress.published()
    begun_at = progress.begun_at or now.astimezone(UTC)
    progress = progress.model_copy(update={"begun_at": begun_at})
    setting = await setting_of(server, access, draft)
    for part in draft.parts[len(progress.sent) :]:
        status = None
        if progress.is_trying:
            what = sought(draft, progress)
            status = await find(server, access.remote_id, what, since=begun_at)
        if status is None:
            progress = await _prepared(server, draft, part, progress, save)
            status = await _send(server, draft, progress, setting)
        progress = await progress.with_sent(_sent(status)).kept(save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    progress = Progress.model_validate(checkpoint)
    since = progress.begun_at or since
    while len(progress.sent) < len(draft.parts):
        what = sought(draft, progress)
        status = await find(server_of(http, access), access.remote_id, what, since=since)
        if status is None:
            break
        progress = progress.with_sent(_sent(status))
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    server = server_of(http, access)
    for ref in reversed(refs):
        try:
            await server.repeat(Call("DELETE", f"{REST}/statuses/{ref.remote_id}"), Done)
        except Missing:
            continue


def _sent(status: Status) -> Sent:
    return Sent(id=status.id, url=status.url or status.uri, at=status.created_at)


async def _prepared(
    server: Server, draft: Draft, part: Part, progress: Progress, save: Save
) -> Progress:
    """The progress once the message under way can be sent: what it quotes and shows is known."""
    if progress.quoted is None:
        found = await quoted(server, draft, part)
        progress = progress.model_copy(update={"quoted": found})
    progress = await sent_up(server, part, progress, save)
    return await progress.kept(save, is_trying=True)


async def _send(server: Server, draft: Draft, progress: Progress, setting: Setting) -> Status:
    headers = {"idempotency-key": f"{draft.key}-{len(progress.sent)}"}
    body = compose(draft, progress, setting)
    return await server.act(Call("POST", f"{REST}/statuses", headers=headers, json=body), Status)
