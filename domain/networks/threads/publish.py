"""Publishes messages in two steps: a container is made, then published.

Each further message of a thread answers the one before.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from domain.connector.checkpoints import Sent
from domain.connector.dialects.graph import Graph, Listed, Made, post
from domain.connector.dialects.graph_containers import (
    FAILED,
    PUBLISHED,
    Progress,
    without_container,
)
from domain.connector.errors import Missing, NetworkError, PostsSpent, Refused, StillWorking
from domain.connector.heard import understood
from domain.connector.http import Http
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.threads.answers import Address, Quota
from domain.networks.threads.compose import ensure_fits, text_of
from domain.networks.threads.containers import containers_of, made
from domain.networks.threads.finding import find
from domain.networks.threads.wire import profile_of

_AN_HOUR = timedelta(hours=1)
_NOT_YET = "4279009"
"""A container that not all of Threads knows yet: gitroomhq/postiz-app, exileum/meta-mcp."""


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,
) -> Published:
    graph, progress = profile_of(http, access), Progress.model_validate(checkpoint)
    for part in draft.parts[len(progress.sent) :]:
        ensure_fits(part)
    if progress.begun_at is None:
        progress = await progress.kept(save, begun_at=now.astimezone(UTC))
    if len(progress.sent) < len(draft.parts):
        await _ensure_room(graph, access, draft, progress, now=now)
    while len(progress.sent) < len(draft.parts):
        sent = await _message(graph, access, draft, progress, save, since=now)
        progress = await progress.with_sent(sent).kept(save)
        if sent.url is None:
            progress = await _with_address(graph, progress, save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    graph, progress = profile_of(http, access), Progress.model_validate(checkpoint)
    while len(progress.sent) < len(draft.parts):
        _, sent = await _tried(graph, access, draft, progress, since=since)
        if sent is None:
            break
        progress = progress.with_sent(sent)
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    graph = profile_of(http, access)
    for ref in reversed(refs):
        try:
            await graph.delete(f"/{ref.remote_id}")
        except Missing:
            continue


async def _message(
    graph: Graph, access: Access, draft: Draft, progress: Progress, save: Save, *, since: datetime
) -> Sent:
    """The message under way, once it stands there."""
    progress, sent = await _tried(graph, access, draft, progress, since=since)
    if sent is not None:
        return sent
    containers = containers_of(graph, access.remote_id)
    progress, container = await made(containers, draft, progress, save)
    await containers.finished(container)
    await progress.kept(save, is_trying=True)
    path, form = f"/{access.remote_id}/threads_publish", [("creation_id", container)]
    try:
        return Sent(id=(await graph.act(post(path, form), Made)).id)
    except Refused as error:
        if _NOT_YET not in error.said:
            raise
        raise StillWorking("Threads does not know the message yet.", said=error.said) from error


async def _tried(
    graph: Graph, access: Access, draft: Draft, progress: Progress, *, since: datetime
) -> tuple[Progress, Sent | None]:
    """The message under way, if it was published, and the progress without what came to nothing."""
    if progress.container is None:
        return progress, None
    state = await containers_of(graph, access.remote_id).state_of(progress.container)
    if state.word in FAILED:
        return without_container(progress), None
    if state.word != PUBLISHED:
        return progress, None
    said = await find(
        graph,
        access.remote_id,
        text_of(draft.parts[len(progress.sent)]),
        above=progress.above(draft),
        others=draft.others,
        since=progress.begun_at or since,
    )
    return progress, Sent(id=said.id, url=said.permalink, at=said.timestamp)


async def _ensure_room(
    graph: Graph, access: Access, draft: Draft, progress: Progress, *, now: datetime
) -> None:
    """Raises `RateLimited` where the profile's posts or answers of a day are spent."""
    is_answer = progress.above(draft) is not None
    fields = "reply_quota_usage,reply_config" if is_answer else "quota_usage,config"
    path = f"/{access.remote_id}/threads_publishing_limit"
    listed = await graph.read(path, Listed, [("fields", fields)])
    for quota in understood(listed.data, Quota):
        used = quota.reply_quota_usage if is_answer else quota.quota_usage
        most = (quota.reply_config if is_answer else quota.config).quota_total
        if most is not None and used >= most:
            message = f"Threads takes {most} such messages in 24 hours, and all were sent."
            raise PostsSpent(message, until=now + _AN_HOUR)


async def _with_address(graph: Graph, progress: Progress, save: Save) -> Progress:
    """The progress with where people see the last message, if Threads tells; it stands anyhow."""
    *before, last = progress.sent
    try:
        address = await graph.read(f"/{last.id}", Address, [("fields", "permalink")])
    except NetworkError:
        return progress
    return await progress.kept(save, sent=(*before, Sent(id=last.id, url=address.permalink)))
