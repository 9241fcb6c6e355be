"""Posts: a container is made, then published once, and asked in doubt (`graph_containers`)."""

from datetime import datetime, timedelta

from domain.connector.checkpoints import Sent
from domain.connector.dialects.graph import Graph, Listed, Made, post
from domain.connector.dialects.graph_containers import (
    FAILED,
    PUBLISHED,
    Containers,
    without_container,
)
from domain.connector.errors import (
    Missing,
    NetworkError,
    OutcomeUnknown,
    PostsSpent,
    StillWorking,
)
from domain.connector.heard import understood
from domain.connector.port import Save
from domain.connector.words import Access, Draft
from domain.networks.instagram.answers import Address, Quota
from domain.networks.instagram.compose import child_forms, container_form
from domain.networks.instagram.finding import find_post
from domain.networks.instagram.progress import Progress

_AN_HOUR = timedelta(hours=1)
_UNKNOWN = "UNKNOWN"
"""Of a container that Instagram does not know: our own word."""
_TO_NOTHING = FAILED | {_UNKNOWN}
_MAY_BE_THERE = _TO_NOTHING | {PUBLISHED}


async def posted(
    graph: Graph, access: Access, draft: Draft, progress: Progress, save: Save, *, since: datetime
) -> Sent:
    """The post, once it stands there."""
    progress, sent = await tried(graph, access, draft, progress, since=since)
    if sent is not None:
        return sent
    containers = _containers(graph, access)
    progress, container = await containers.made(
        progress, save, child_forms(draft), lambda children: container_form(draft, children)
    )
    await _finished(containers, container)
    await progress.kept(save, is_trying=True)
    call = post(f"/{access.remote_id}/media_publish", [("creation_id", container)])
    return Sent(id=(await graph.act(call, Made)).id)


async def _finished(containers: Containers, container: str) -> None:
    """It may know nothing of what it made, for a while: issue 1562 of gitroomhq/postiz-app."""
    try:
        await containers.finished(container)
    except Missing as error:
        message = "Instagram does not know the post yet."
        raise StillWorking(message, said=error.said) from error


async def tried(
    graph: Graph, access: Access, draft: Draft, progress: Progress, *, since: datetime
) -> tuple[Progress, Sent | None]:
    """The post, if it was published, and the progress without what came to nothing."""
    if progress.container is None:
        return progress, None
    word = await _word_of(_containers(graph, access), progress.container)
    if progress.is_trying and word in _MAY_BE_THERE:
        found = await find_post(graph, access, draft, since=progress.begun_at or since)
        if found is not None:
            return progress, Sent(id=found.id, url=found.permalink, at=found.timestamp)
        if word not in FAILED:
            raise OutcomeUnknown("Instagram may show the post, and does not say where.")
    return (without_container(progress) if word in _TO_NOTHING else progress), None


async def _word_of(containers: Containers, container: str) -> str:
    try:
        return (await containers.state_of(container)).word
    except Missing:
        return _UNKNOWN


def _containers(graph: Graph, access: Access) -> Containers:
    return Containers(graph, f"/{access.remote_id}/media", "status_code,status")


async def ensure_room(graph: Graph, access: Access, *, now: datetime) -> None:
    """Raises `RateLimited` where the account's posts of a day are spent."""
    path = f"/{access.remote_id}/content_publishing_limit"
    listed = await graph.read(path, Listed, [("fields", "quota_usage,config")])
    for quota in understood(listed.data, Quota):
        most = quota.config.quota_total
        if most is not None and quota.quota_usage >= most:
            message = f"Instagram takes {most} posts of programs in 24 hours, and all were sent."
            raise PostsSpent(message, until=now + _AN_HOUR)


async def with_address(graph: Graph, progress: Progress, save: Save) -> Progress:
    """The progress with where people see the post, if Instagram tells; it stands anyhow."""
    *before, last = progress.sent
    if last.url is not None:
        return progress
    try:
        address = await graph.read(f"/{last.id}", Address, [("fields", "permalink")])
    except NetworkError:
        return progress
    return await progress.kept(save, sent=(*before, Sent(id=last.id, url=address.permalink)))
