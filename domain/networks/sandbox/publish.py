"""Publishes posts and threads in the way of the account's idempotency class.

A  the delivery's key goes along: sent twice, it appears once
B  a container is prepared and kept in the checkpoint, then published by its id
C  the delivery's key becomes `external_id`, by which the post is found again
D  no key: the account's own posts are listed, and text, media and place compared
E  nothing: what became of a lost call only people can tell

The checkpoint notes `begun_at` before the first message and every message that went out. A thread
that is resumed seeks the message under way, where the class allows, before it sends it again; a
single post is the caller's to look up.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import JsonValue

from domain.connector.checkpoints import Sent
from domain.connector.errors import Missing, Unavailable
from domain.connector.http import Call, Http
from domain.connector.manifest import IdempotencyClass
from domain.connector.port import Save
from domain.connector.words import Access, Checkpoint, Draft, Published, Ref
from domain.networks.sandbox.answers import Container, Post
from domain.networks.sandbox.compose import compose
from domain.networks.sandbox.connect import IDEMPOTENCY
from domain.networks.sandbox.matching import find, key_of
from domain.networks.sandbox.media import sent_up
from domain.networks.sandbox.progress import Progress
from domain.networks.sandbox.wire import Server, server_of

_SOUGHT = frozenset({IdempotencyClass.LOOK_UP_KEY, IdempotencyClass.LISTING})


async def publish(
    http: Http,
    access: Access,
    draft: Draft,
    checkpoint: Checkpoint,
    save: Save,
    *,
    now: datetime,
) -> Published:
    server, kind = server_of(http, access), class_of(access)
    progress = Progress.model_validate(checkpoint)
    is_begun = progress.begun_at is not None
    seeks = is_begun and kind in _SOUGHT and len(draft.parts) > 1
    if not is_begun:
        progress = await progress.kept(save, begun_at=now.astimezone(UTC))
    for part in draft.parts[len(progress.sent) :]:
        post = None
        if seeks:
            post = await find(server, kind, draft, progress, since=progress.begun_at or now)
        if post is None:
            progress = await sent_up(server, part, progress, save)
            post = await _send(server, kind, draft, progress, save)
        seeks, progress = False, await progress.with_sent(_sent(post)).kept(save)
    return progress.published()


async def look_up(
    http: Http, access: Access, draft: Draft, checkpoint: Checkpoint, *, since: datetime
) -> Published | None:
    server, kind = server_of(http, access), class_of(access)
    progress = Progress.model_validate(checkpoint)
    since = progress.begun_at or since
    while len(progress.sent) < len(draft.parts):
        post = await find(server, kind, draft, progress, since=since)
        if post is None:
            break
        progress = progress.with_sent(_sent(post))
    return progress.found()


async def withdraw(http: Http, access: Access, refs: Sequence[Ref]) -> None:
    server = server_of(http, access)
    for ref in reversed(refs):
        try:
            await server.delete(f"/posts/{ref.remote_id}")
        except Missing:
            continue


def class_of(access: Access) -> IdempotencyClass:
    """The class the account was made with; it was told when it connected."""
    return IdempotencyClass(access.grant.extra.get(IDEMPOTENCY, IdempotencyClass.LISTING))


def _sent(post: Post) -> Sent:
    return Sent(id=post.id, url=post.url, at=post.created_at)


async def _send(
    server: Server, kind: IdempotencyClass, draft: Draft, progress: Progress, save: Save
) -> Post:
    body, key = compose(server.root, draft, progress), key_of(draft, progress)
    if kind == IdempotencyClass.HANDLE:
        return await _send_container(server, body, progress, save)
    if kind == IdempotencyClass.LOOK_UP_KEY:
        body["external_id"] = key
    headers = {"idempotency-key": key} if kind == IdempotencyClass.NATIVE_KEY else {}
    return await server.act(Call("POST", "/posts", headers=headers, json=body), Post)


async def _send_container(
    server: Server, body: dict[str, JsonValue], progress: Progress, save: Save
) -> Post:
    container_id = progress.container
    if container_id is None:
        made = await server.repeat(Call("POST", "/containers", json=body), Container)
        container_id = made.id
        await progress.kept(save, container=container_id)
    published = await server.act(Call("PUT", f"/containers/{container_id}/publish"), Container)
    if published.post is None:
        raise Unavailable("The sandbox did not publish the container.")
    return published.post
